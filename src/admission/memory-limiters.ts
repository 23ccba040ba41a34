/** Counts in this process's memory, by rate-limiter-flexible. Forgets a key at the end of its window. */
import type { RateLimiterRes } from "rate-limiter-flexible";
// By its own file: the package's index loads every store there is, and with them what workerd does not have.
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import type { Limiter, LimiterSource, LimitRule, Verdict } from "./limiter.ts";

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
      const after = await counter.penalty(key, points);
      if (after.consumedPoints <= limit) return verdict(true, after, now);
      // What was refused does not count: a client that keeps asking gets in when the window ends.
      return verdict(false, await counter.reward(key, points), now);
    },
    async charge(key, points) {
      if (points > 0) await counter.penalty(key, points);
      else if (points < 0) await counter.reward(key, -points);
    },
  };
}
