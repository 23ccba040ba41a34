/** Places that replicas hold together: who has one here also holds a lease on one of the box's. Knows no store. */
import type { Plan } from "../config/plan.ts";
import { clientGone, ProxyError, queueTimeout } from "../errors.ts";
import { placesOf } from "../route/places.ts";
import type { Pool } from "../route/pool.ts";
import type { Runtime } from "../runtime.ts";
import type { HeldLease, LeaseKeeper, LeaseWaiter } from "../store/lease-keeper.ts";
import { letOnePast } from "./past-queue.ts";
import { pause } from "./pause.ts";
import { callerOf, type Places, type PlaceWish } from "./places.ts";

export interface SharedPlacesParts {
  readonly plan: Plan;
  readonly pool: Pool;
  readonly runtime: Runtime;
  readonly leases: LeaseKeeper;
}

/** Between two tries for a lease; on Workers each try is a call to another machine. */
const firstPauseMs = { sharing: 10, alone: 50 };
const longestPauseMs = { sharing: 80, alone: 250 };

/** Who has not tried for so many of the longest pauses is gone, with its process, and stands in nobody's way. */
const pausesPerLife = 10;

/**
 * The local queue decides who of this replica is next, and at most as many as a box has places try for a lease; those of all
 * replicas stand in one line for it, where each key has its share, whatever replica its requests come by. Where requests
 * may not wait for each other (workerd) there is no local queue, and each request tries for itself, over all of its
 * candidates.
 */
export function sharePlaces(local: Places, { plan, pool, runtime, leases }: SharedPlacesParts): Places {
  const pauses = runtime.sharesPromises
    ? { first: firstPauseMs.sharing, longest: longestPauseMs.sharing }
    : { first: firstPauseMs.alone, longest: longestPauseMs.alone };

  function limitsOf(
    backends: readonly string[],
  ): readonly { readonly name: string; readonly limit: number }[] {
    const snapshots = pool.snapshot(plan);
    return backends.flatMap((name) => {
      const found = snapshots.find(({ backend }) => backend.name === name);
      return found === undefined
        ? []
        : [{ name, limit: placesOf({ ...found.backend, models: found.models }) }];
    });
  }

  /** Stands in line for each of these backends, and gives them all up once it has one. */
  function lineUp({ exchange }: PlaceWish) {
    const waiters = new Map<string, LeaseWaiter>();
    const turn = {
      key: callerOf(exchange),
      priority: exchange.priority,
      lapseMs: pauses.longest * pausesPerLife,
    };

    function waiterFor(name: string): LeaseWaiter {
      const waiter = waiters.get(name) ?? leases.queue(`place:${name}`, turn);
      waiters.set(name, waiter);
      return waiter;
    }

    return {
      /** The first lease that there is; without one where a box takes whatever comes. */
      async take(backends: readonly string[]): Promise<{ name: string; lease?: HeldLease } | undefined> {
        for (const { name, limit } of limitsOf(backends)) {
          if (limit === Infinity) return { name };
          const lease = await waiterFor(name).take(limit);
          if (lease !== undefined) return { name, lease };
        }
        return undefined;
      },
      leave() {
        for (const waiter of waiters.values()) void waiter.leave();
      },
    };
  }

  const queue = runtime.sharesPromises
    ? letOnePast(local, plan, { now: () => runtime.now(), limitOf: (name) => limitsOf([name])[0]?.limit })
    : local;

  return {
    ...queue,
    // Others hold the places, too.
    takeNow: undefined,
    async take(candidates, wish, signal) {
      const place = await queue.take(candidates, wish, signal);
      const since = runtime.now();
      const line = lineUp(wish);
      const backends = runtime.sharesPromises ? [place.backend] : candidates;
      try {
        for (let tries = 0; ; tries++) {
          const held = await line.take(backends);
          if (held !== undefined && signal.aborted) void held.lease?.release();
          if (signal.aborted) throw signal.reason instanceof ProxyError ? signal.reason : clientGone();
          if (held !== undefined) {
            return {
              backend: held.name,
              waitedMs: place.waitedMs + runtime.now() - since,
              release(outcome) {
                place.release(outcome);
                void held.lease?.release();
              },
            };
          }
          const waitedMs = place.waitedMs + runtime.now() - since;
          if (waitedMs >= plan.queue.maxWaitMs) throw queueTimeout(waitedMs, 1);
          wish.exchange.waitingFor = () => "waiting for a place";
          const pauseMs = Math.min(pauses.longest, pauses.first * 2 ** tries) * (0.5 + runtime.random());
          await pause(pauseMs, runtime, signal);
        }
      } catch (thrown) {
        place.release({ isServed: false });
        throw thrown;
      } finally {
        line.leave();
        wish.exchange.waitingFor = undefined;
      }
    },
  };
}
