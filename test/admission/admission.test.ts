/** The counters of one caller over time: what is taken, given back and charged, by a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Caller, createAdmission } from "../../src/admission/admission.ts";
import { createMemoryLimiters } from "../../src/admission/memory-limiters.ts";
import { createMemorySlots } from "../../src/admission/slots.ts";
import { planLimits } from "../../src/config/key-plan.ts";
import type { CallerLimitsConfig } from "../../src/config/schema-keys.ts";
import type { ProxyError } from "../../src/errors.ts";
import type { Exchange } from "../../src/exchange.ts";
import { createPortableRuntime } from "../../src/runtime.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const exchangeOf = (): Exchange => ({
  id: "req_1",
  startedAt: 0,
  method: "POST",
  path: "/v1/chat/completions",
  route: "/chat/completions",
  deployment: undefined,
  clientAddress: undefined,
  principal: "team",
  priority: 0,
  rateLimits: {},
  tokens: { prompt: undefined, completion: undefined },
  alias: undefined,
  target: undefined,
  backend: undefined,
  fallback: undefined,
  waitingFor: undefined,
  attempts: 0,
  waitedMs: 0,
  firstByteAt: undefined,
  streamed: false,
  mends: new Set(),
});

function openGate(limits: CallerLimitsConfig) {
  const state = { limiters: createMemoryLimiters(), slots: createMemorySlots({ lapse: true }) };
  const admission = createAdmission(state, createPortableRuntime("test"));
  const caller: Caller = { id: "key:team", label: "key 'team'", limits: planLimits(limits) };
  return {
    admission,
    slots: state.slots,
    /** The exchange and the error that it was refused with, if it was. */
    async ask(estimate = 1): Promise<{ exchange: Exchange; error: ProxyError | undefined }> {
      const exchange = exchangeOf();
      try {
        await admission.enter(exchange, caller);
        await admission.takeTokens(exchange, estimate);
        return { exchange, error: undefined };
      } catch (error) {
        admission.leave(exchange, 0);
        return { exchange, error: error as ProxyError };
      }
    },
  };
}

describe("requests", () => {
  it("are told and refused by the tighter of two windows", async () => {
    const { ask } = openGate({ requests_per_minute: 2, requests_per_day: 3 });
    expect((await ask()).exchange.rateLimits.requests).toMatchObject({ limit: 2, remaining: 1 });
    expect((await ask()).exchange.rateLimits.requests).toMatchObject({ limit: 2, remaining: 0 });
    const refused = await ask();
    expect(refused.error).toMatchObject({
      status: 429,
      type: "requests",
      code: "rate_limit_exceeded",
      message:
        "Rate limit reached for key 'team' on requests per minute (RPM): Limit 2, Used 2, Requested 1. Please try again in 1m0s.",
      headers: { "retry-after": "60", "retry-after-ms": "60000" },
    });
    expect(refused.exchange.rateLimits.requests).toMatchObject({ limit: 2, remaining: 0 });
  });

  it("of a day are not worth trying again, and take nothing from the minute", async () => {
    const { ask } = openGate({ requests_per_minute: 2, requests_per_day: 3 });
    for (let count = 0; count < 2; count++) await ask();
    vi.advanceTimersByTime(60_000);
    expect((await ask()).error).toBeUndefined();
    for (let count = 0; count < 3; count++) {
      const { error } = await ask();
      expect(error?.message).toContain("requests per day (RPD): Limit 3, Used 3, Requested 1.");
      expect(error?.message).toContain("Please try again in 23h59m0s.");
      expect(error?.headers).toMatchObject({ "x-should-retry": "false", "retry-after": "86340" });
    }
    vi.advanceTimersByTime(86_340_000);
    expect((await ask()).error).toBeUndefined();
  });
});

describe("tokens", () => {
  it.each<[string, number | undefined, number]>([
    ["more than was thought", 90, 10],
    ["fewer than was thought", 10, 90],
    ["none, for it failed", 0, 100],
    ["nobody knows how many", undefined, 50],
  ])("are charged as they were: %s", async (_case, actual, left) => {
    const { ask, admission } = openGate({ tokens_per_minute: 100 });
    const { exchange } = await ask(50);
    expect(exchange.rateLimits.tokens).toMatchObject({ limit: 100, remaining: 50 });
    admission.leave(exchange, actual);
    admission.leave(exchange, 1000);
    expect((await ask(left)).error).toBeUndefined();
    expect((await ask(1)).error).toMatchObject({ status: 429, type: "tokens" });
  });

  it("that were not needed are given back to their own window only", async () => {
    const { ask, admission } = openGate({ tokens_per_minute: 100 });
    const { exchange } = await ask(80);
    vi.advanceTimersByTime(60_000);
    admission.leave(exchange, 0);
    expect((await ask(100)).error).toBeUndefined();
    expect((await ask(1)).error).toBeDefined();
  });

  it("that an answer took beyond the limit keep the next one out until the window ends", async () => {
    const { ask, admission } = openGate({ tokens_per_minute: 100 });
    admission.leave((await ask(1)).exchange, 5_000);
    vi.advanceTimersByTime(59_000);
    expect((await ask(1)).error?.message).toContain(
      "Limit 100, Used 5000, Requested 1. Please try again in 1s.",
    );
    vi.advanceTimersByTime(1_000);
    expect((await ask(1)).error).toBeUndefined();
  });

  it("of one request beyond the limit are refused for good, and none is taken", async () => {
    const { ask } = openGate({ tokens_per_minute: 100 });
    const { error } = await ask(101);
    expect(error?.message).toContain(
      "Request too large for key 'team' on tokens per minute (TPM): Limit 100,",
    );
    expect(error?.headers).toEqual({ "x-should-retry": "false" });
    expect((await ask(100)).error).toBeUndefined();
  });

  it("and requests with the same numbers are counted apart", async () => {
    const { ask } = openGate({ tokens_per_minute: 5, requests_per_minute: 5 });
    expect((await ask(5)).error).toBeUndefined();
    expect((await ask(1)).error).toMatchObject({ type: "tokens" });
  });
});

describe("places", () => {
  it("are given back once each, and return to zero", async () => {
    const { ask, admission, slots } = openGate({ concurrency: 2 });
    const first = await ask();
    const second = await ask();
    expect((await ask()).error).toMatchObject({
      status: 429,
      type: "requests",
      headers: { "retry-after": "1", "retry-after-ms": "1000" },
    });
    for (let count = 0; count < 3; count++) admission.leave(first.exchange, undefined);
    expect(slots.taken("key:team", Date.now())).toBe(1);
    expect((await ask()).error).toBeUndefined();
    expect((await ask()).error).toBeDefined();
    admission.leave(second.exchange, undefined);
    expect(slots.taken("key:team", Date.now())).toBe(1);
  });

  it("are kept for as long as a request runs, and its timer ends with it", async () => {
    const { ask, admission } = openGate({ concurrency: 1 });
    const { exchange } = await ask();
    for (let minute = 0; minute < 10; minute++) {
      await vi.advanceTimersByTimeAsync(60_000);
      expect((await ask()).error).toBeDefined();
    }
    admission.leave(exchange, undefined);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are given back by who is refused for another reason", async () => {
    const { ask, slots } = openGate({ concurrency: 5, requests_per_minute: 1 });
    await ask();
    for (let count = 0; count < 9; count++) expect((await ask()).error?.message).toContain("RPM");
    expect(slots.taken("key:team", Date.now())).toBe(1);
  });
});
