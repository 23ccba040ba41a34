/** The types of one file of rate-limiter-flexible, which has none for its parts. */
declare module "rate-limiter-flexible/lib/component/MemoryStorage/MemoryStorage.js" {
  import type { RateLimiterRes } from "rate-limiter-flexible";
  /** Counts in memory; each count is forgotten at the end of its window. */
  export default class MemoryStorage {
    incrby(key: string, points: number, windowSeconds: number): RateLimiterRes;
    delete(key: string): boolean;
  }
}
