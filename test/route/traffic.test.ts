import { describe, expect, it } from "vitest";
import {
  countOutcome,
  measureTtft,
  noTraffic,
  readTraffic,
  type TrafficSettings,
} from "../../src/route/traffic.ts";

const settings: TrafficSettings = { halfLifeMs: 1_000, ttftShare: 0.5, ttftLifetimeMs: 10_000 };

describe("what traffic shows", () => {
  it("is nothing at first", () => {
    expect(readTraffic(noTraffic, 5)).toEqual({ successes: 0, failures: 0, ttftMs: undefined });
  });

  it("halves with each half-life", () => {
    const once = countOutcome(noTraffic, "failure", 0, settings);
    expect([0, 1_000, 2_000].map((now) => readTraffic(once, now, settings).failures)).toEqual([1, 0.5, 0.25]);
    expect(countOutcome(once, "success", 1_000, settings)).toMatchObject({ failures: 0.5, successes: 1 });
  });

  it("does not grow where the clock steps back", () => {
    const once = countOutcome(noTraffic, "failure", 5_000, settings);
    expect(readTraffic(once, 0, settings).failures).toBe(1);
  });

  it("averages the time to first token, the newest most", () => {
    let state = measureTtft(noTraffic, 100, 20_000, settings);
    expect(state.ttftMs).toBe(100);
    state = measureTtft(state, 300, 20_001, settings);
    expect(state.ttftMs).toBe(200);
  });

  it("forgets a time to first token that is old, and does not average it in", () => {
    const state = measureTtft(noTraffic, 100, 20_000, settings);
    expect(readTraffic(state, 29_999, settings).ttftMs).toBe(100);
    expect(readTraffic(state, 30_000, settings).ttftMs).toBeUndefined();
    expect(measureTtft(state, 900, 30_000, settings).ttftMs).toBe(900);
  });
});
