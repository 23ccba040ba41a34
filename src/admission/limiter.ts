/**
 * What counts points in windows of time: the seam where memory can be exchanged for a store that several replicas share.
 * Knows no key's limits and no HTTP.
 */

/** So many points in each window; a window begins with the first point that is taken in it. */
export interface LimitRule {
  readonly points: number;
  readonly windowSeconds: number;
}

export interface Verdict {
  readonly isAllowed: boolean;
  readonly limit: number;
  /** Those taken so far in this window; without the ones that were refused. */
  readonly used: number;
  readonly remaining: number;
  /** When the window ends, in milliseconds since the epoch. */
  readonly resetAt: number;
}

/** What counts in this process answers at once: a request waits for a promise only where there is something to wait for. */
export interface Limiter {
  /** Takes all of the points, or none where not all are left. `now` is in milliseconds since the epoch. */
  take(key: string, points: number, now: number): Verdict | Promise<Verdict>;
  /** Takes points whether they are left or not, or gives them back where `points` is negative. */
  charge(key: string, points: number, now: number): void | Promise<void>;
}

/** Opens the limiter of a rule. The same rule opened again goes on with the same counts, also after a reload. */
export interface LimiterSource {
  open(rule: LimitRule): Limiter;
}
