/** How long a ticket is expected to wait, from its position and the real service times of its candidates. Pure. */
import type { Box } from "./box.ts";

/** OpenAI's clients ignore a longer one and come back at once. */
const longestRetryAfterSeconds = 60;

/** Seconds until the ticket at this position has a place; Infinity where no candidate takes requests. */
export function estimateSeconds(position: number, model: string | undefined, boxes: readonly Box[]): number {
  let perMs = 0;
  for (const { isAvailable, limit, serviceTimes } of boxes) {
    if (isAvailable && limit > 0) perMs += limit / Math.max(1, serviceTimes.averageMs(model));
  }
  return perMs === 0 ? Number.POSITIVE_INFINITY : position / perMs / 1_000;
}

/** As the `retry-after` header has it: whole seconds, from 1 to 60. */
export function toRetryAfter(seconds: number): number {
  return Math.min(longestRetryAfterSeconds, Math.max(1, Math.ceil(seconds)));
}
