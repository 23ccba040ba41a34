/** Two models on a box that holds one: few loads, none while something runs, and nobody waits too long. Fake clock. */
import { describe, expect, it } from "vitest";
import { type Arrival, places, seeded, simulate } from "./simulation.ts";

const loadMs = 10_000;
const serviceMs = 1_000;
const requests = 200;
const maxWaitMs = 600_000;

function mixed(overMs: number, seed: number): Arrival[] {
  const random = seeded(seed);
  return Array.from({ length: requests }, (_, index) => ({
    id: String(index),
    key: random() < 0.5 ? "ann" : "ben",
    priority: 0,
    model: random() < 0.5 ? "big" : "small",
    candidates: ["box"],
    at: Math.round((index * overMs) / requests),
  }));
}

/** What plain first come, first served would do: each request that asks for another model than the one before it loads it. */
function fifoSwitches(arrivals: readonly Arrival[]): number {
  return arrivals.filter(({ model }, index) => model !== arrivals[index - 1]?.model).length;
}

interface Scenario {
  readonly limit: number;
  readonly overMs: number;
  readonly modelPatienceMs?: number;
  /** How many times fewer loads than in plain order. */
  readonly fold: number;
}

const scenarios: Record<string, Scenario> = {
  "four places, two requests a second": { limit: 4, overMs: 100_000, fold: 10 },
  "four places, all within two seconds": { limit: 4, overMs: 2_000, fold: 10 },
  "one place, two requests a second, a patience of 40 s": {
    limit: 1,
    overMs: 100_000,
    modelPatienceMs: 40_000,
    fold: 10,
  },
  "one place, all within two seconds, a patience of 40 s": {
    limit: 1,
    overMs: 2_000,
    modelPatienceMs: 40_000,
    fold: 10,
  },
  // A turn of 20 s holds twenty requests of a second, so two hundred need ten turns.
  "one place, two requests a second": { limit: 1, overMs: 100_000, fold: 9 },
  // So few that a turn ends early for want of requests: less is saved, and nobody waits long.
  "four places, one request a second": { limit: 4, overMs: 200_000, fold: 5 },
};

describe("two models on a one-model box", () => {
  for (const [name, { limit, overMs, fold, ...options }] of Object.entries(scenarios)) {
    it.each([1, 2, 3])(`with ${name}, load ${fold} times less often than in plain order (mix %i)`, (seed) => {
      const arrivals = mixed(overMs, seed);
      const outcome = simulate({
        backends: [places("box", { limit, oneModelAtATime: true })],
        options: { maxWaitMs, ...options },
        arrivals,
        serviceMs: () => serviceMs,
        loadMs,
      });
      expect(outcome).toMatchObject({
        full: [],
        expired: [],
        evictions: 0,
        left: { waiting: 0, running: 0 },
      });
      expect(outcome.waits.size).toBe(requests);
      expect(outcome.switches * fold).toBeLessThanOrEqual(fifoSwitches(arrivals));
      expect(Math.max(...outcome.waits.values())).toBeLessThan(maxWaitMs);
    });
  }
});
