/** The leases that this process holds, to take them again where what is shared was gone. Knows no store. */
import type { Lease } from "./shared-state.ts";

export interface HeldLeases {
  add(leases: readonly Lease[]): void;
  remove(leases: readonly Lease[]): void;
  /** Those that have not lapsed. */
  all(): readonly Lease[];
}

/** `now` is in milliseconds. */
export function createHeldLeases(now: () => number): HeldLeases {
  const held = new Map<string, { readonly lease: Lease; readonly lapsesAt: number }>();
  const keyOf = ({ name, holderId }: Lease) => `${holderId} ${name}`;
  return {
    add(leases) {
      for (const lease of leases) held.set(keyOf(lease), { lease, lapsesAt: now() + lease.ttlMs });
    },
    remove(leases) {
      for (const lease of leases) held.delete(keyOf(lease));
    },
    all() {
      const time = now();
      for (const [key, { lapsesAt }] of held) if (lapsesAt <= time) held.delete(key);
      return [...held.values()].map(({ lease }) => lease);
    },
  };
}
