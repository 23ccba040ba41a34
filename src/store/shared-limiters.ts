/** Limits that replicas hold together: counts points in the shared state. Knows no key's limits. */
import type { LimiterSource, Verdict } from "../admission/limiter.ts";
import type { SharedState, TakenPoints } from "./shared-state.ts";

/** More than anybody is charged: what has been used is counted, whether it was left or not. */
const noLimit = Number.MAX_SAFE_INTEGER;

export function createSharedLimiters(state: Pick<SharedState, "takePoints">): LimiterSource {
  return {
    open({ points: limit, windowSeconds }) {
      const windowMs = windowSeconds * 1000;
      const nameOf = (key: string) => `${windowSeconds}:${key}`;
      return {
        take: async (key, points, now) =>
          toVerdict(await state.takePoints(nameOf(key), points, limit, windowMs), limit, now),
        async charge(key, points) {
          if (points !== 0) await state.takePoints(nameOf(key), points, noLimit, windowMs);
        },
      };
    },
  };
}

/** A charge may have gone over the limit: then nothing remains, and as much as the limit counts as used. */
function toVerdict({ allowed, remaining, resetMs }: TakenPoints, limit: number, now: number): Verdict {
  return { isAllowed: allowed, limit, used: limit - remaining, remaining, resetAt: now + resetMs };
}
