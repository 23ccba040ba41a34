/** What a selection policy is: candidates of one tier and its memory in, an order and its next memory out. */

/** The facts that policies weigh; `Candidate` has them all. */
export interface PolicyCandidate {
  readonly name: string;
  /** Above 0; relative to the others. */
  readonly weight: number;
  readonly inFlight: number;
  readonly queued: number;
  /** At least 1. */
  readonly places: number;
  /** Recent ones, decayed. */
  readonly successes: number;
  readonly failures: number;
  readonly ttftMs: number | undefined;
}

/** One number a backend, by name; plain data, of which each policy keeps its own. */
export type PolicyMemory = ReadonlyMap<string, number>;

export interface Ranking {
  /** First choice first; the rest is the order of failover. */
  readonly order: readonly string[];
  readonly memory: PolicyMemory;
}

/** What is known of a request's conversation; see prefix-table.ts. */
export interface ConversationHint {
  /** The backend that holds the longest known prefix of it. */
  readonly warm: string | undefined;
  /** Places a conversation that nobody knows; the same on every replica. */
  readonly key: number;
}

/** Chooses among the candidates of one tier. `random` gives numbers in [0, 1). */
export type Policy = (
  candidates: readonly PolicyCandidate[],
  memory: PolicyMemory,
  random: () => number,
  hint?: ConversationHint,
) => Ranking;

/** Running, waiting and lately failed requests, for its strength. */
export function weightedLoad({ inFlight, queued, failures, weight }: PolicyCandidate): number {
  return (inFlight + queued + failures) / weight;
}

/** Names by rising score; among equals the stronger is likelier to come first. */
export function orderByScore<Item extends { readonly name: string; readonly weight: number }>(
  candidates: readonly Item[],
  score: (candidate: Item) => number,
  random: () => number,
): readonly string[] {
  return candidates
    .map((candidate) => ({
      name: candidate.name,
      score: score(candidate),
      tie: drawArrival(candidate.weight, random),
    }))
    .sort((a, b) => a.score - b.score || a.tie - b.tie)
    .map(({ name }) => name);
}

/** A time drawn for a thing that happens at this rate: the first of several is each in proportion to its rate. */
export function drawArrival(rate: number, random: () => number): number {
  return -Math.log(1 - random()) / rate;
}
