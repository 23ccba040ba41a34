/** The headers that every answer carries. Pure; knows no body. */
import type { Exchange } from "../exchange.ts";
import { formatDuration } from "../http/duration.ts";
import { forwardResponseHeaders, type HeaderMap } from "../http/headers.ts";

/** The API version that OpenAI's answers name; some clients read it and lose the headers after it when it is missing. */
const openaiVersion = "2020-10-01";

/** Lets browser apps read what SDKs read. */
export const exposedHeaders = [
  "x-request-id",
  "request-id",
  "openai-model",
  "openai-organization",
  "openai-processing-ms",
  "openai-version",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "x-ratelimit-limit-requests",
  "x-ratelimit-limit-tokens",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-remaining-tokens",
  "x-ratelimit-reset-requests",
  "x-ratelimit-reset-tokens",
  "x-proxy-backend",
  "x-proxy-mends",
  "x-proxy-model",
  "x-proxy-variant",
];

/** OpenAI's own set for any answer, and where it came from in `x-proxy-*`. */
export function answerHeaders(exchange: Exchange, now: number, upstream?: Headers): HeaderMap {
  const headers: HeaderMap = upstream === undefined ? new Map() : forwardResponseHeaders(upstream);
  headers.set("x-request-id", exchange.id);
  // Where Anthropic's SDKs look for it.
  if (exchange.route.startsWith("/messages")) headers.set("request-id", exchange.id);
  headers.set("openai-organization", exchange.principal ?? "openai-local-proxy");
  headers.set("openai-processing-ms", String(Math.max(0, Math.round(now - exchange.startedAt))));
  headers.set("openai-version", openaiVersion);
  setIfPlain(headers, "openai-model", exchange.fallback ?? exchange.alias);
  setIfPlain(headers, "x-proxy-model", exchange.target?.model);
  setIfPlain(headers, "x-proxy-backend", exchange.backend);
  setIfPlain(headers, "x-proxy-variant", exchange.target?.variant);
  setRateLimits(headers, exchange, now);
  if (exchange.mends.size > 0) headers.set("x-proxy-mends", [...exchange.mends].join(", "));
  return headers;
}

/** The same for an event stream; no hop may hold it back, pack or keep it. */
export function streamHeaders(exchange: Exchange, now: number, upstream?: Headers): HeaderMap {
  const headers = answerHeaders(exchange, now, upstream);
  headers.set("content-type", "text/event-stream; charset=utf-8");
  headers.set("cache-control", "no-cache, no-transform");
  headers.set("x-accel-buffering", "no");
  return headers;
}

/** As they stood when the request came in: what its answer takes is not known yet. */
function setRateLimits(headers: HeaderMap, { rateLimits }: Exchange, now: number): void {
  const { requests, tokens } = rateLimits;
  if (requests !== undefined) {
    headers.set("x-ratelimit-limit-requests", String(requests.limit));
    headers.set("x-ratelimit-remaining-requests", String(requests.remaining));
    headers.set("x-ratelimit-reset-requests", formatDuration(requests.resetAt - now));
  }
  if (tokens !== undefined) {
    headers.set("x-ratelimit-limit-tokens", String(tokens.limit));
    headers.set("x-ratelimit-remaining-tokens", String(tokens.remaining));
    headers.set("x-ratelimit-reset-tokens", formatDuration(tokens.resetAt - now));
  }
}

/** Header values are ASCII; a model name may hold anything. */
function setIfPlain(headers: HeaderMap, name: string, value: string | undefined): void {
  if (value !== undefined && plainValue.test(value)) headers.set(name, value);
}

const plainValue = /^[\x20-\x7e]+$/;
