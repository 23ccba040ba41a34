/** Joins what waking a box is made of: one call for all who wait, and the pool told what came of it. */
import type { BackendPlan } from "../config/plan.ts";
import { ProxyError } from "../errors.ts";
import type { LoadTicket, ModelLoads } from "../route/model-loads.ts";
import type { Pool } from "../route/pool.ts";
import type { Runtime } from "../runtime.ts";
import { wakeBackend, type WakePlan } from "../upstream/wake.ts";
import type { StopSignal } from "../stop-signal.ts";

export interface BoxWaker {
  /**
   * Waits until a box that is down answers, calling it if nobody has; its models stand in the pool by then. The waiter
   * leaves by its `signal`. Rejects with `backend_asleep` (503) or `backend_wake_failed` (502), after which others are told
   * the same for a moment. Where requests may not wait for each other (workerd) each calls for itself.
   */
  wake(backend: BackendPlan, plan: WakePlan, signal: StopSignal): LoadTicket;
}

export interface BoxWakerParts {
  readonly runtime: Runtime;
  /** May be the one that models are loaded by. */
  readonly loads: ModelLoads;
  readonly pool: Pool;
}

export function createBoxWaker({ runtime, loads, pool }: BoxWakerParts): BoxWaker {
  async function begin(backend: BackendPlan, plan: WakePlan, signal: StopSignal): Promise<void> {
    const startedAt = runtime.now();
    runtime.log.info("backend-called", { backend: backend.name, by: plan.call.kind });
    try {
      const awake = await wakeBackend(backend, plan, runtime, signal);
      pool.reportModels(backend, awake, runtime.now());
      runtime.log.info("backend-awake", { backend: backend.name, ms: runtime.now() - startedAt });
    } catch (thrown) {
      if (!signal.aborted) {
        const problem = thrown instanceof ProxyError ? thrown.message : undefined;
        runtime.log.warn("backend-not-woken", { backend: backend.name, problem });
      }
      throw thrown;
    }
  }

  return {
    wake: (backend, plan, signal) =>
      loads.join({ backend: backend.name }, (work) => begin(backend, plan, work), signal),
  };
}
