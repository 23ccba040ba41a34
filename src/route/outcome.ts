/** What an attempt's end says about its box's health. Knows no error objects: the pipeline names the end. */
import type { BreakerOutcome } from "./breaker.ts";

/** How an attempt ended, seen from its backend. */
export type AttemptEnd =
  | { readonly type: "answered"; readonly status: number }
  | { readonly type: "connect-failed" }
  | { readonly type: "connection-lost" }
  | { readonly type: "first-byte-timeout" }
  | { readonly type: "client-left" }
  /** It says that it loads a model, or was known to load one while the time ran out. */
  | { readonly type: "model-loading" };

/** An answer that refuses the request is an answer; a box that loads is slow, not dead. */
export function classifyOutcome(end: AttemptEnd): BreakerOutcome {
  switch (end.type) {
    case "connect-failed":
    case "connection-lost":
    case "first-byte-timeout":
      return "failure";
    case "client-left":
    case "model-loading":
      return "neutral";
    case "answered":
      // 429 is a full box and says nothing of its health; 501 is an endpoint that it has not.
      if (end.status === 429) return "neutral";
      return end.status >= 500 && end.status !== 501 ? "failure" : "success";
  }
}
