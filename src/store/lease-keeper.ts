/** Keeps this process's leases alive for as long as their work runs. Knows no rule and no form of the state. */
import type { Runtime } from "../runtime.ts";
import type { Lease, StateOperations, Turn } from "./shared-state.ts";

export interface HeldLease {
  /** Frees the place at once; a second call does nothing. */
  release(): Promise<void>;
}

/** Who stands in line for a lease, for as many tries as it takes. */
export interface LeaseWaiter {
  /** As `LeaseKeeper.take`; undefined also where others are before it. */
  take(limit: number): Promise<HeldLease | undefined>;
  /** Gives up its place in the line, if it has one. */
  leave(): Promise<void>;
}

export interface LeaseKeeper {
  /** A place under `name` that is renewed until it is released; undefined where `limit` are taken. */
  take(name: string, limit: number): Promise<HeldLease | undefined>;
  /** Stands in line from the first try on. */
  queue(name: string, turn: Turn): LeaseWaiter;
  /** Releases all, in one round trip, and renews none any more. */
  releaseAll(): Promise<void>;
}

/** What it needs of the runtime. */
export type KeeperRuntime = Pick<Runtime, "setTimer" | "sharesPromises"> & {
  readonly log: Pick<Runtime["log"], "warn">;
};

/** Leases that one timer renews together. */
type Group = Set<Lease>;

/** Three times in a lease's life, so that one round that fails costs nothing. */
const renewalsPerLife = 3;

/** `processId` sets this process's holders apart from those of other replicas. */
export function createLeaseKeeper(
  state: StateOperations,
  runtime: KeeperRuntime,
  processId: string,
  ttlMs: number,
): LeaseKeeper {
  const common: Group = new Set();
  const groups = new Set<Group>();
  let asked = 0;

  function renewLater(group: Group): void {
    groups.add(group);
    runtime.setTimer(() => void renew(group), ttlMs / renewalsPerLife);
  }

  async function renew(group: Group): Promise<void> {
    if (group.size === 0) {
      groups.delete(group);
      return;
    }
    const leases = [...group];
    const held = await state.renewLeases(leases);
    const lapsed = held.filter((wasHeld) => !wasHeld).length;
    if (lapsed > 0) runtime.log.warn("lease-lapsed", { leases: lapsed });
    // Released while they were renewed: whichever of the two came last has to be the release.
    const released = leases.filter((lease) => !group.has(lease));
    if (released.length > 0) await state.releaseLeases(released);
    renewLater(group);
  }

  function leaseOf(name: string): Lease {
    asked += 1;
    return { name, holderId: `${processId}-${asked}`, ttlMs };
  }

  function hold(lease: Lease): HeldLease {
    // In a Worker a timer ends with the request that set it, so that each request renews its own.
    const group = runtime.sharesPromises ? common : new Set<Lease>();
    group.add(lease);
    if (!groups.has(group)) renewLater(group);
    return {
      async release() {
        if (group.delete(lease)) await state.releaseLeases([lease]);
      },
    };
  }

  return {
    async take(name, limit) {
      const lease = leaseOf(name);
      return (await state.acquireLease(lease, limit)) ? hold(lease) : undefined;
    },
    queue(name, turn) {
      const lease = leaseOf(name);
      let isWaiting = false;
      return {
        async take(limit) {
          isWaiting = !(await state.acquireLease(lease, limit, turn));
          return isWaiting ? undefined : hold(lease);
        },
        async leave() {
          if (isWaiting) await state.releaseLeases([lease]);
          isWaiting = false;
        },
      };
    },
    async releaseAll() {
      const leases = [...groups].flatMap((group) => [...group]);
      for (const group of groups) group.clear();
      if (leases.length > 0) await state.releaseLeases(leases);
    },
  };
}
