/** What the stages of one app share: the plan, the runtime, the state of the backends and what is stored. */
import type { Admission } from "../admission/admission.ts";
import type { Plan } from "../config/plan.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Pool } from "../route/pool.ts";
import type { Runtime } from "../runtime.ts";
import type { BoxWaker } from "./box-waker.ts";
import type { SharedState } from "../store/shared-state.ts";
import type { Catalog } from "./catalog.ts";
import type { LoadWaits } from "./load-waits.ts";
import type { Places } from "./places.ts";
import type { Router } from "./router.ts";

export interface Services {
  readonly plan: Plan;
  readonly runtime: Runtime;
  readonly pool: Pool;
  readonly metrics: Metrics;
  readonly catalog: Catalog;
  readonly admission: Admission;
  readonly store: SharedState;
  readonly router: Router;
  readonly waker: BoxWaker;
  readonly loadWaits: LoadWaits;
  readonly places: Places;
}
