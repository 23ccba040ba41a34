/** Requests of a key, for tests of what needs no more of them. */
import type { Exchange } from "../../src/exchange.ts";

/** With nothing done yet. */
export const exchangeOf = (principal: string, priority = 0): Exchange => ({
  id: "id",
  startedAt: 0,
  method: "POST",
  path: "/v1/chat/completions",
  clientAddress: undefined,
  route: "/chat/completions",
  deployment: undefined,
  principal,
  priority,
  rateLimits: {},
  tokens: { prompt: undefined, completion: undefined },
  alias: undefined,
  target: undefined,
  fallback: undefined,
  backend: undefined,
  attempts: 0,
  waitingFor: undefined,
  waitedMs: 0,
  firstByteAt: undefined,
  streamed: false,
  mends: new Set(),
});
