/** Counts in this process's memory, by rate-limiter-flexible. Forgets a key at the end of its window. */
import { LRUCache } from "lru-cache";
import type { RateLimiterRes } from "rate-limiter-flexible";
// The part that counts, without the promises around it; the package's index would load every store there is.
import MemoryStorage from "rate-limiter-flexible/lib/component/MemoryStorage/MemoryStorage.js";
import type { Limiter, LimiterSource, LimitRule, Verdict } from "./limiter.ts";

/** Some 50 MB of counters. */
const mostKeys = 100_000;

export function createMemoryLimiters(): LimiterSource {
  const limiters = new Map<string, Limiter>();
  return {
    open(rule) {
      const name = `${rule.points}/${rule.windowSeconds}`;
      const limiter = limiters.get(name) ?? createMemoryLimiter(rule);
      limiters.set(name, limiter);
      return limiter;
    },
  };
}

function createMemoryLimiter({ points: limit, windowSeconds }: LimitRule): Limiter {
  const counter = new MemoryStorage();
  // Without keys, anybody's address is one; who has not asked for longest begins anew.
  const counted = new LRUCache<string, true>({
    max: mostKeys,
    dispose: (_true, key) => void counter.delete(key),
  });

  function count(key: string, points: number): RateLimiterRes {
    if (counted.get(key) === undefined) counted.set(key, true);
    return counter.incrby(key, points, windowSeconds);
  }

  function verdict(
    isAllowed: boolean,
    { consumedPoints, msBeforeNext }: RateLimiterRes,
    now: number,
  ): Verdict {
    const used = Math.max(0, consumedPoints);
    return { isAllowed, limit, used, remaining: Math.max(0, limit - used), resetAt: now + msBeforeNext };
  }

  return {
    take(key, points, now) {
      const after = count(key, points);
      if (after.consumedPoints <= limit) return verdict(true, after, now);
      // What was refused does not count: a client that keeps asking gets in when the window ends.
      return verdict(false, count(key, -points), now);
    },
    charge(key, points) {
      // What is given back to who was forgotten would be a present.
      if (points > 0 || (points < 0 && counted.has(key))) count(key, points);
    },
  };
}
