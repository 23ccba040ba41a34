/** The shared state as one worker is served it: what it holds is known, so that its end frees it at once. */
import { createHeldLeases } from "../store/held-leases.ts";
import type { StateOperations } from "../store/shared-state.ts";

export interface WorkerState extends StateOperations {
  /** Frees what the worker held. */
  releaseAll(): Promise<void>;
}

/** `now` is in milliseconds. */
export function createWorkerState(state: StateOperations, now: () => number): WorkerState {
  const held = createHeldLeases(now);
  return {
    ...state,
    async acquireLease(lease, limit, turn) {
      const isHeld = await state.acquireLease(lease, limit, turn);
      if (isHeld) held.add([lease]);
      return isHeld;
    },
    renewLeases(leases) {
      held.add(leases);
      return state.renewLeases(leases);
    },
    releaseLeases(leases) {
      held.remove(leases);
      return state.releaseLeases(leases);
    },
    releaseAll: () => state.releaseLeases(held.all()),
  };
}
