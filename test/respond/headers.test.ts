import { describe, expect, it } from "vitest";
import { internalError, ProxyError } from "../../src/errors.ts";
import type { Exchange } from "../../src/exchange.ts";
import { respondWithError, toProxyError } from "../../src/respond/error.ts";
import { answerHeaders, streamHeaders } from "../../src/respond/headers.ts";

const exchangeOf = (facts: Partial<Exchange> = {}): Exchange => ({
  id: "req_1",
  startedAt: 1_000,
  method: "POST",
  path: "/v1/chat/completions",
  route: "/chat/completions",
  deployment: undefined,
  clientAddress: undefined,
  principal: undefined,
  priority: 0,
  rateLimits: {},
  tokens: { prompt: undefined, completion: undefined },
  alias: "gpt-4o",
  target: { model: "local", via: "alias" },
  fallback: undefined,
  waitingFor: undefined,
  waitedMs: 0,
  backend: "box",
  attempts: 1,
  firstByteAt: undefined,
  streamed: false,
  mends: new Set(),
  ...facts,
});

describe("answerHeaders", () => {
  it("tells what is left of each limit, and when it starts anew", () => {
    const rateLimits = {
      requests: { limit: 60, remaining: 12, resetAt: 31_500 },
      tokens: { limit: 9_000, remaining: 0, resetAt: 361_000 },
    };
    const headers = answerHeaders(exchangeOf({ rateLimits }), 1_000);
    const told = [...headers].filter(([name]) => name.startsWith("x-ratelimit-"));
    expect(Object.fromEntries(told)).toEqual({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "12",
      "x-ratelimit-reset-requests": "30.5s",
      "x-ratelimit-limit-tokens": "9000",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "6m0s",
    });
  });

  it("has the five that clients read in a row, with an integer of milliseconds", () => {
    expect(Object.fromEntries(answerHeaders(exchangeOf(), 1_012.6))).toEqual({
      "x-request-id": "req_1",
      "openai-organization": "openai-local-proxy",
      "openai-processing-ms": "13",
      "openai-version": "2020-10-01",
      "openai-model": "gpt-4o",
      "x-proxy-model": "local",
      "x-proxy-backend": "box",
    });
  });

  it("leaves out a name that no header can carry, and tells the mends", () => {
    const headers = answerHeaders(exchangeOf({ alias: "modèle", mends: new Set(["a", "b"]) }), 1_000);
    expect(headers.has("openai-model")).toBe(false);
    expect(headers.get("x-proxy-mends")).toBe("a, b");
  });
});

describe("streamHeaders", () => {
  it("forbids every hop to hold the stream back", () => {
    const headers = streamHeaders(
      exchangeOf(),
      1_000,
      new Headers({ "content-type": "text/event-stream", "x-kept": "1" }),
    );
    expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(headers.get("x-accel-buffering")).toBe("no");
    expect(headers.get("x-kept")).toBe("1");
  });
});

describe("errors", () => {
  it("hide the words of a defect and keep those of a ProxyError", () => {
    const defect = toProxyError(new TypeError("undefined is not a function"));
    expect(defect).toMatchObject({ status: 500, type: "server_error", code: null });
    expect(defect.message).not.toContain("undefined");
    const known = internalError("x");
    expect(toProxyError(known)).toBe(known);
  });

  it("have OpenAI's four keys, their status and their headers", async () => {
    const error = new ProxyError({
      status: 429,
      type: "requests",
      code: "rate_limit_exceeded",
      message: "Slow down.",
      headers: { "retry-after": "7" },
    });
    const response = respondWithError(error, new Map([["x-request-id", "req_1"]]));
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("7");
    expect(response.headers.get("x-request-id")).toBe("req_1");
    expect(await response.json()).toEqual({
      error: { message: "Slow down.", type: "requests", param: null, code: "rate_limit_exceeded" },
    });
  });
});
