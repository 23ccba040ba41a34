/** Places of keys that replicas hold together: lent by the shared state, and renewed by the keeper of leases. */
import type { Slots } from "../admission/slots.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";

export function createSharedSlots(leases: LeaseKeeper): Slots {
  return {
    // The keeper renews all of a process's leases in one round trip.
    lapse: false,
    async enter(key, limit) {
      const lease = await leases.take(`key:${key}`, limit);
      return (
        lease && {
          renew() {},
          release: () => void lease.release(),
        }
      );
    },
  };
}
