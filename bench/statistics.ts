/** Sums many measurements up in few numbers. Pure; knows nothing of what was measured. */

/** The middle value, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
}

/** The smallest value that `share` (0 to 1) of all values do not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export interface Line {
  /** Units of y for one of x. */
  readonly slope: number;
  /** What the slope may be off by, either way, since the points stray from the line: two standard errors. */
  readonly uncertainty: number;
}

/** The line that fits the points best, by least squares; NaN with fewer than three points. */
export function fitLine(points: ReadonlyArray<readonly [x: number, y: number]>): Line {
  const count = points.length;
  if (count < 3) return { slope: Number.NaN, uncertainty: Number.NaN };
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const strays = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, uncertainty: 2 * Math.sqrt(strays / (count - 2) / spread) };
}
