/** Shared state with memory to fall back on: what is shared may go and come, and no operation fails for it. Knows no form. */
import type { Runtime } from "../runtime.ts";
import { createAvailability } from "./availability.ts";
import { createHeldLeases } from "./held-leases.ts";
import { createKeptTexts } from "./kept-texts.ts";
import type { SharedState, StateOperations } from "./shared-state.ts";

export interface FallbackParts {
  readonly shared: StateOperations;
  /** Serves while the shared form is gone, and knows what this process put into it. */
  readonly local: StateOperations;
  readonly runtime: Pick<Runtime, "now" | "random" | "setTimer" | "sharesPromises" | "log">;
  /** The longest that an operation waits for the shared form. */
  readonly timeoutMs: number;
}

export function createFallbackState({ shared, local, runtime, timeoutMs }: FallbackParts): SharedState {
  const held = createHeldLeases(runtime.now);
  const availability = createAvailability({
    runtime,
    timeoutMs,
    async probe(within) {
      // A write, since a Redis that is full or follows another one still reads.
      await within(() => shared.setRecord("probe", "", 1_000));
      await within(() => shared.renewLeases(held.all()));
      await texts.catchUp(within);
    },
  });
  const texts = createKeptTexts({ shared, local, attempt: availability.attempt });

  async function either<Result>(operation: (state: StateOperations) => Promise<Result>): Promise<Result> {
    const outcome = await availability.attempt(() => operation(shared));
    return outcome === undefined ? operation(local) : outcome.result;
  }

  return {
    ...texts.store,
    takePoints: (...wish) => either((state) => state.takePoints(...wish)),
    async acquireLease(lease, limit, turn) {
      const isHeld = await either((state) => state.acquireLease(lease, limit, turn));
      if (!isHeld) return false;
      held.add([lease]);
      // So that the local limit counts what this process holds, should the shared one go.
      await local.renewLeases([lease]);
      return true;
    },
    async renewLeases(leases) {
      held.add(leases);
      const outcome = await availability.attempt(() => shared.renewLeases(leases));
      const localOutcome = await local.renewLeases(leases);
      return outcome?.result ?? localOutcome;
    },
    async releaseLeases(leases) {
      held.remove(leases);
      await local.releaseLeases(leases);
      await availability.attempt(() => shared.releaseLeases(leases));
    },
    getRecord: (key) => either((state) => state.getRecord(key)),
    async setRecord(key, value, lifetimeMs) {
      await local.setRecord(key, value, lifetimeMs);
      await availability.attempt(() => shared.setRecord(key, value, lifetimeMs));
    },
    status: availability.status,
    async close() {
      availability.end();
      await shared.close();
    },
  };
}
