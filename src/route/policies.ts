/** The selection policies by the names that the configuration knows. Pure; time and chance come in as numbers. */
import { rankByAffinity } from "./affinity.ts";
import { drawArrival, orderByScore, type Policy, type PolicyCandidate, weightedLoad } from "./policy.ts";

/** In turn: whoever was chosen longest ago, so that a box that comes and goes shifts nobody else's turn. */
const roundRobin: Policy = (candidates, memory, random) => {
  const order = orderByScore(candidates, ({ name }) => memory.get(name) ?? 0, random);
  const [first] = order;
  if (first === undefined) return { order, memory };
  const turn = Math.max(0, ...memory.values()) + 1;
  return { order, memory: new Map([...memory, [first, turn]]) };
};

/** Least load for its strength. Recent failures count as load, so that a box that fails fast draws no traffic. */
const leastConnections: Policy = (candidates, memory, random) => ({
  order: orderByScore(candidates, weightedLoad, random),
  memory,
});

/** Smooth weighted round robin, as nginx has it: 5:1:1 gives a a b a c a a. Leaves nothing to chance. */
const weighted: Policy = (candidates, memory) => {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  const credits = candidates
    .map(({ name, weight }) => ({ name, credit: (memory.get(name) ?? 0) + weight }))
    .sort((a, b) => b.credit - a.credit);
  const next = new Map(memory);
  for (const [place, { name, credit }] of credits.entries())
    next.set(name, place === 0 ? credit - total : credit);
  return { order: credits.map(({ name }) => name), memory: next };
};

/** Drawn in proportion to health: the ill get little, yet enough to show that they are well again. */
const healthBased: Policy = (candidates, memory, random) => {
  const fastest = fastestTtft(candidates);
  return {
    order: candidates
      .map((candidate) => ({
        name: candidate.name,
        arrival: drawArrival(candidate.weight * healthOf(candidate, fastest), random),
      }))
      .sort((a, b) => a.arrival - b.arrival)
      .map(({ name }) => name),
    memory,
  };
};

/** Within (0, 1]: the share of successes squared, by how near it comes to the fastest. */
function healthOf({ successes, failures, ttftMs }: PolicyCandidate, fastestMs: number): number {
  // Two successes given beforehand keep a single failure from damning a box.
  const successShare = (successes + 2) / (successes + failures + 2);
  return successShare ** 2 * (fastestMs / Math.max(ttftMs ?? fastestMs, 1));
}

/** Soonest first token, by its average and what is before it; one not yet measured is tried before its equals. */
const leastLatency: Policy = (candidates, memory, random) => {
  const fastest = fastestTtft(candidates);
  const predictedTtft = (candidate: PolicyCandidate) =>
    (candidate.ttftMs === undefined ? fastest * 0.99 : Math.max(candidate.ttftMs, 1)) *
    (1 + loadPerPlace(candidate));
  return { order: orderByScore(candidates, predictedTtft, random), memory };
};

function loadPerPlace({ inFlight, queued, failures, places }: PolicyCandidate): number {
  return (inFlight + queued + failures) / places;
}

/** In milliseconds, at least 1; 1 where none was measured. */
function fastestTtft(candidates: readonly PolicyCandidate[]): number {
  const known = candidates.flatMap(({ ttftMs }) => (ttftMs === undefined ? [] : [ttftMs]));
  return known.length === 0 ? 1 : Math.max(1, Math.min(...known));
}

/** To the box that holds the conversation's prefix; without a hint, and for a new conversation, least load. */
const prefixAffinity: Policy = (candidates, memory, random, hint) =>
  rankByAffinity(candidates, memory, random, hint);

/** By the names of the configuration. */
export const policies = {
  round_robin: roundRobin,
  least_connections: leastConnections,
  weighted,
  health_based: healthBased,
  least_latency: leastLatency,
  prefix_affinity: prefixAffinity,
} as const satisfies Record<string, Policy>;

export type PolicyName = keyof typeof policies;
