/** The 429 of a limit, in OpenAI's words and headers. Pure; knows no counter. */
import { ProxyError } from "../errors.ts";
import { formatDuration } from "../http/duration.ts";
import type { Verdict } from "./limiter.ts";

/** What is limited, and over which time. */
export interface LimitWindow {
  readonly kind: "requests" | "tokens";
  readonly seconds: number;
  /** Such as `requests per minute (RPM)`. */
  readonly words: string;
}

/** Longer windows than this are not worth a client's waiting. */
const longestRetrySeconds = 60;

/** `caller` is such as `key 'team-a'`; `now` is in milliseconds since the epoch. */
export function limitReached(
  caller: string,
  { kind, seconds, words }: LimitWindow,
  { limit, used, resetAt }: Verdict,
  requested: number,
  now: number,
): ProxyError {
  const waitMs = Math.max(1, Math.ceil(resetAt - now));
  const facts = `Limit ${limit}, Used ${used}, Requested ${requested}.`;
  const isHopeless = requested > limit;
  return new ProxyError({
    status: 429,
    type: kind,
    code: "rate_limit_exceeded",
    message: isHopeless
      ? `Request too large for ${caller} on ${words}: ${facts} The input or the longest answer asked for must be shorter.`
      : `Rate limit reached for ${caller} on ${words}: ${facts} Please try again in ${formatDuration(waitMs)}.`,
    headers: isHopeless
      ? { "x-should-retry": "false" }
      : {
          ...retryAfter(waitMs),
          ...(seconds > longestRetrySeconds ? { "x-should-retry": "false" } : {}),
        },
  });
}

/** 429: as many requests as the key may have at once are running. */
export function tooManyAtOnce(caller: string, limit: number): ProxyError {
  return new ProxyError({
    status: 429,
    type: "requests",
    code: "rate_limit_exceeded",
    message: `Rate limit reached for ${caller} on requests at the same time: Limit ${limit}, Used ${limit}, Requested 1. Please try again when one of them has ended.`,
    headers: retryAfter(1000),
  });
}

function retryAfter(waitMs: number): Record<string, string> {
  return { "retry-after": String(Math.ceil(waitMs / 1000)), "retry-after-ms": String(waitMs) };
}
