/** Leases in this process's memory. Knows no other replica. */
import type { Lease, StateOperations } from "./shared-state.ts";
import { createTurns } from "./turns.ts";

type Leases = Pick<StateOperations, "acquireLease" | "renewLeases" | "releaseLeases">;

/** `now` is in milliseconds. */
export function createMemoryLeases(now: () => number): Leases {
  /** When each holder's lease lapses, by the lease's name. */
  const held = new Map<string, Map<string, number>>();

  const turns = createTurns(now);

  function holdersOf(name: string): Map<string, number> {
    const holders = held.get(name) ?? new Map<string, number>();
    const time = now();
    for (const [holderId, lapsesAt] of holders) if (lapsesAt <= time) holders.delete(holderId);
    return holders;
  }

  function hold({ name, holderId, ttlMs }: Lease, holders: Map<string, number>): void {
    holders.set(holderId, now() + ttlMs);
    held.set(name, holders);
  }

  return {
    async acquireLease(lease, limit, turn) {
      const holders = holdersOf(lease.name);
      const free = limit - holders.size;
      const isGranted = () => (turn === undefined ? free > 0 : turns.ask(lease, turn, free));
      if (!holders.has(lease.holderId) && !isGranted()) return false;
      hold(lease, holders);
      return true;
    },
    renewLeases: async (leases) =>
      leases.map((lease) => {
        const holders = holdersOf(lease.name);
        const wasHeld = holders.has(lease.holderId);
        hold(lease, holders);
        return wasHeld;
      }),
    async releaseLeases(leases) {
      for (const lease of leases) {
        const { name, holderId } = lease;
        turns.leave(lease);
        const holders = holdersOf(name);
        holders.delete(holderId);
        if (holders.size === 0) held.delete(name);
      }
    },
  };
}
