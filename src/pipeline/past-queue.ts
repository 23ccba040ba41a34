/** Lets one request of each key past the local queue, where those of all replicas stand in one line anyway. Knows no store. */
import type { Plan } from "../config/plan.ts";
import { StopSwitch } from "../stop-signal.ts";
import { callerOf, type Places } from "./places.ts";

/** How many may be past the queue at once: each of them asks for a lease in pauses. */
const mostPast = 32;

/** The requests of one key for one box. */
interface KeyAtBox {
  readonly backend: string;
  /** What takes each one that waits in the local queue out of it, the oldest first. */
  readonly waiting: Set<() => void>;
  isPast: boolean;
}

/**
 * Else a key would wait here for another one's request that has long had its share by other replicas. Only for one box, since
 * the queue gives a request that several may take to the first that is free, and keeps a box that holds one model from
 * changing it too often. `limitOf` tells the places of a box.
 */
export function letOnePast(
  local: Places,
  plan: Plan,
  { now, limitOf }: { now(): number; limitOf(backend: string): number | undefined },
): Places {
  const keys = new Map<string, KeyAtBox>();
  const past = new Map<string, number>();
  const oneModel = new Set(plan.backends.filter((one) => one.oneModelAtATime).map(({ name }) => name));
  const pastAll = () => [...past.values()].reduce((sum, count) => sum + count, 0);

  function mayPass({ backend, isPast }: KeyAtBox): boolean {
    return !isPast && pastAll() < mostPast && local.running(backend) >= (limitOf(backend) ?? Infinity);
  }

  function enter(key: KeyAtBox): void {
    key.isPast = true;
    past.set(key.backend, (past.get(key.backend) ?? 0) + 1);
  }

  /** The key's next one may pass in its stead. */
  function leave(id: string, key: KeyAtBox): void {
    key.isPast = false;
    past.set(key.backend, (past.get(key.backend) ?? 1) - 1);
    passNext(id);
  }

  function passNext(id: string): void {
    const key = keys.get(id);
    if (key === undefined) return;
    const [next] = key.waiting;
    if (next !== undefined && mayPass(key)) next();
    else if (next === undefined && !key.isPast) keys.delete(id);
  }

  async function takeHere(backend: string, [candidates, wish, signal]: Parameters<Places["take"]>) {
    const since = now();
    const id = JSON.stringify([backend, callerOf(wish.exchange)]);
    const key = keys.get(id) ?? { backend, waiting: new Set(), isPast: false };
    keys.set(id, key);
    const pastPlace = () => {
      let isHeld = true;
      return {
        backend,
        waitedMs: now() - since,
        release() {
          if (isHeld) leave(id, key);
          isHeld = false;
        },
      };
    };
    if (key.waiting.size === 0 && mayPass(key)) {
      enter(key);
      return pastPlace();
    }
    const wait = new StopSwitch();
    const follow = () => wait.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener("abort", follow, { once: true });
    let isPassing = false;
    const pass = () => {
      key.waiting.delete(pass);
      enter(key);
      isPassing = true;
      wait.abort(undefined);
    };
    key.waiting.add(pass);
    try {
      const place = await local.take(candidates, wish, wait);
      key.waiting.delete(pass);
      // Granted here in the moment in which it was let past.
      if (isPassing) leave(id, key);
      return {
        ...place,
        release(outcome: Parameters<typeof place.release>[0]) {
          place.release(outcome);
          passNext(id);
        },
      };
    } catch (thrown) {
      if (!isPassing) {
        key.waiting.delete(pass);
        passNext(id);
        throw thrown;
      }
      if (!signal.aborted) return pastPlace();
      leave(id, key);
      throw thrown;
    } finally {
      signal.removeEventListener("abort", follow);
    }
  }

  return {
    depth() {
      const { waiting, running } = local.depth();
      return { waiting, running: running + pastAll() };
    },
    running: (backend) => local.running(backend) + (past.get(backend) ?? 0),
    take(candidates, wish, signal) {
      const [backend] = candidates;
      const isForOne = backend !== undefined && candidates.length === 1 && !oneModel.has(backend);
      return isForOne ? takeHere(backend, [candidates, wish, signal]) : local.take(candidates, wish, signal);
    },
  };
}
