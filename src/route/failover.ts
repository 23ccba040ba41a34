/** Whether another backend may do better after an error. Pure; knows no backend. */
import type { ProxyError } from "../errors.ts";

/** What speaks of one box and not of the request: it was not reached, it failed, it is too busy, it lost or lacks the model. */
export function mayMoveOn({ status, code, origin }: ProxyError): boolean {
  if (status === 502 || status === 503 || status === 504) return true;
  return origin === "upstream" && (status === 500 || status === 429 || code === "model_not_found");
}

/** Evicted for somebody else's model: asking again loads it again, so one more try on the same box is worth it. */
export function mayAskAgain({ code }: ProxyError): boolean {
  return code === "model_unloaded";
}
