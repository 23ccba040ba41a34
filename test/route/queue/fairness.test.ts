/** A flood of one key does not hold up the others: shown on a fake clock, over ten thousand requests. */
import { describe, expect, it } from "vitest";
import { type Arrival, medianOf, places, seeded, simulate } from "./simulation.ts";

const floodSize = 500;

interface Scenario {
  readonly boxes: number;
  readonly limit: number;
  readonly serviceMs: number;
  /** A service time is drawn from this share of the mean, up and down. */
  readonly spread: number;
}

/** One key asks once a second, the other comes in floods as often as the places can bear; ten thousand requests in all. */
function floodAndSteady({ boxes, limit, serviceMs, spread }: Scenario) {
  const perSecond = (boxes * limit * 1_000) / serviceMs;
  const seconds = Math.floor(10_000 / perSecond);
  const floods = Math.floor((10_000 - seconds) / floodSize);
  const candidates = Array.from({ length: boxes }, (_, index) => `box-${index}`);
  const ticket = { priority: 0, model: "m", candidates };
  const flood = Array.from({ length: 10_000 - seconds }, (_, index): Arrival => {
    const at = Math.floor(index / floodSize) * Math.floor((seconds * 1_000) / (floods + 1));
    return { ...ticket, id: `flood-${index}`, key: "flood", at };
  });
  const steady = Array.from({ length: seconds }, (_, index): Arrival => {
    return { ...ticket, id: `steady-${index}`, key: "steady", at: index * 1_000 + 7 };
  });
  const random = seeded(4);
  const outcome = simulate({
    backends: candidates.map((name) => places(name, { limit })),
    options: { maxSize: 10_000, maxWaitMs: 10_000_000 },
    arrivals: [...flood, ...steady],
    serviceMs: () => Math.round(serviceMs * (1 + spread * (2 * random() - 1))),
  });
  const waitsOf = (arrivals: readonly Arrival[]) => arrivals.map(({ id }) => outcome.waits.get(id) ?? NaN);
  return { outcome, flood: waitsOf(flood), steady: waitsOf(steady) };
}

const scenarios: Record<string, Scenario> = {
  "one box with one place": { boxes: 1, limit: 1, serviceMs: 450, spread: 0 },
  "one box with four places": { boxes: 1, limit: 4, serviceMs: 1_000, spread: 0.5 },
  "three boxes with two places each": { boxes: 3, limit: 2, serviceMs: 2_000, spread: 0.8 },
};

describe("a key that floods and one that asks once a second", () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    it(`share ${name}: the second waits two service times at most in the middle, and none is lost`, () => {
      const { outcome, flood, steady } = floodAndSteady(scenario);
      expect(flood.length + steady.length).toBe(10_000);
      expect(outcome).toMatchObject({ full: [], expired: [], left: { waiting: 0, running: 0 } });
      expect(outcome.waits.size).toBe(10_000);
      expect(medianOf(steady)).toBeLessThanOrEqual(2 * scenario.serviceMs);
      // Not even the worst one waits for a flood; and the flood does wait, so that there was something to share.
      expect(Math.max(...steady)).toBeLessThanOrEqual(4 * scenario.serviceMs);
      expect(medianOf(flood)).toBeGreaterThan(20 * scenario.serviceMs);
    });
  }
});
