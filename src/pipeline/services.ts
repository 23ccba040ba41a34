/** What the stages of one app share: the plan, the runtime and the state of the backends. */
import type { Plan } from "../config/plan.ts";
import type { Pool } from "../route/pool.ts";
import type { Runtime } from "../runtime.ts";
import type { Catalog } from "./catalog.ts";

export interface Services {
  readonly plan: Plan;
  readonly runtime: Runtime;
  readonly pool: Pool;
  readonly catalog: Catalog;
}
