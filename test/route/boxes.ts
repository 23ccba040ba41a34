/** Candidates for tests of policies, and what a policy makes of them. */
import fc from "fast-check";
import type { Policy, PolicyCandidate, PolicyMemory } from "../../src/route/policy.ts";
import { createSeededRandom } from "../../src/simulator/seeded.ts";

/** A candidate of which this is known. */
export function box(name: string, known: Partial<PolicyCandidate> = {}): PolicyCandidate {
  return {
    name,
    weight: 1,
    inFlight: 0,
    queued: 0,
    places: 1,
    successes: 0,
    failures: 0,
    ttftMs: undefined,
    ...known,
  };
}

/** First choices of so many requests in a row, the load staying as it is. */
export function firsts(policy: Policy, candidates: readonly PolicyCandidate[], count: number, seed = 1) {
  const random = createSeededRandom(seed);
  let memory: PolicyMemory = new Map();
  return Array.from({ length: count }, () => {
    const ranking = policy(candidates, memory, random);
    memory = ranking.memory;
    return ranking.order[0] ?? "none";
  });
}

/** How often each name occurs, of 1. */
export function sharesOf(chosen: readonly string[]): Record<string, number> {
  const counts = Object.groupBy(chosen, (name) => name);
  return Object.fromEntries(
    Object.entries(counts).map(([name, list]) => [name, (list?.length ?? 0) / chosen.length]),
  );
}

const anyBox = fc.record({
  weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
  inFlight: fc.nat(20),
  queued: fc.nat(20),
  places: fc.integer({ min: 1, max: 8 }),
  successes: fc.double({ min: 0, max: 50, noNaN: true }),
  failures: fc.double({ min: 0, max: 50, noNaN: true }),
  ttftMs: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true }), { nil: undefined }),
});
/** One to six boxes in any state. */
export const anyBoxes = fc
  .array(anyBox, { minLength: 1, maxLength: 6 })
  .map((boxes) => boxes.map((known, index) => box(`box-${index}`, known)));
