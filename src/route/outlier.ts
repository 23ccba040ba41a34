/** Passive outlier detection: who fails far more often than the others do? Knows no clock; the counts fade by themselves. */

/** Recent attempts of one backend, decayed or not. */
export interface OutcomeCounts {
  readonly name: string;
  readonly successes: number;
  readonly failures: number;
}

export interface OutlierSettings {
  /** Below so many recent attempts nothing is concluded. */
  readonly minRequests: number;
  /** How far its share of failures must lie above that of all others together. */
  readonly margin: number;
  /** At most this share of the backends is ejected at once, and never all of them. */
  readonly maxEjectedShare: number;
}

export const defaultOutlierSettings: OutlierSettings = {
  minRequests: 5,
  margin: 0.3,
  maxEjectedShare: 0.5,
};

/**
 * The backends to leave out, worst first. Where all fail alike (a request that none can serve) none is left out.
 * An ejected one gets no traffic, its counts fade below `minRequests`, and so it comes back without a timer.
 */
export function findOutliers(
  backends: readonly OutcomeCounts[],
  settings: OutlierSettings = defaultOutlierSettings,
): readonly string[] {
  const failures = sum(backends.map((backend) => backend.failures));
  const requests = sum(backends.map(requestsOf));
  const most = Math.min(Math.floor(backends.length * settings.maxEjectedShare), backends.length - 1);
  return backends
    .map((backend) => ({
      name: backend.name,
      requests: requestsOf(backend),
      excess:
        share(backend.failures, requestsOf(backend)) -
        share(failures - backend.failures, requests - requestsOf(backend)),
    }))
    .filter(({ requests, excess }) => requests >= settings.minRequests && excess >= settings.margin)
    .sort((a, b) => b.excess - a.excess)
    .slice(0, Math.max(0, most))
    .map(({ name }) => name);
}

function requestsOf({ successes, failures }: OutcomeCounts): number {
  return successes + failures;
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
