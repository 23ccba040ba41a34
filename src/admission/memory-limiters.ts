/** Counts in this process's memory, by rate-limiter-flexible. Forgets a key at the end of its window. */
import { LRUCache } from "lru-cache";
import type { RateLimiterRes } from "rate-limiter-flexible";
// By its own file: the package's index loads every store there is, and with them what workerd does not have.
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import type { Limiter, LimiterSource, LimitRule, Verdict } from "./limiter.ts";

/** Some 40 MB of counters. */
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
  const counter = new RateLimiterMemory({ points: limit, duration: windowSeconds });
  // Without keys, anybody's address is one; who has not asked for longest begins anew.
  const counted = new LRUCache<string, true>({
    max: mostKeys,
    dispose: (_true, key) => void counter.delete(key),
  });

  function verdict(
    isAllowed: boolean,
    { consumedPoints, msBeforeNext }: RateLimiterRes,
    now: number,
  ): Verdict {
    const used = Math.max(0, consumedPoints);
    return { isAllowed, limit, used, remaining: Math.max(0, limit - used), resetAt: now + msBeforeNext };
  }

  return {
    async take(key, points, now) {
      counted.set(key, true, { noDisposeOnSet: true });
      const after = await counter.penalty(key, points);
      if (after.consumedPoints <= limit) return verdict(true, after, now);
      // What was refused does not count: a client that keeps asking gets in when the window ends.
      return verdict(false, await counter.reward(key, points), now);
    },
    async charge(key, points) {
      // What is given back to who was forgotten would be a present.
      if (points < 0 && counted.has(key)) await counter.reward(key, -points);
      if (points <= 0) return;
      counted.set(key, true, { noDisposeOnSet: true });
      await counter.penalty(key, points);
    },
  };
}
