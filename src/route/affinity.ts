/** Prefers the box whose prompt cache holds a conversation, within bounds on its load. Knows no messages; see prefix.ts. */
import { hashText, hashToShare } from "./hash.ts";
import {
  type ConversationHint,
  orderByScore,
  type PolicyCandidate,
  type PolicyMemory,
  type Ranking,
  weightedLoad,
} from "./policy.ts";

/** How far a box's load may lie above the average for its strength. */
const loadFactor = 1.25;

/** So many times its places may be taken and waited for before a conversation leaves its warm box: a short wait costs less than a cold prompt. */
const warmPatience = 3;

/** How far a box's share of the recent turns may lie above that of its strength before new conversations pass it over. */
const shareFactor = 1.1;

/** Turns counted before the counts are halved, so that the shares are those of late. */
const shareWindow = 400;

/** Turns that every pool is thought to have had, so that the first few do not count for much. */
const shareHeadStart = 10;

/**
 * The warm box, then the ring in its order, those over a bound behind the others. Without a hint: by least load.
 * The hint finds a conversation that once moved; the ring places a new one, and one that only another replica knows.
 * The memory counts the turns that each box was chosen for.
 */
export function rankByAffinity(
  candidates: readonly PolicyCandidate[],
  memory: PolicyMemory,
  random: () => number,
  hint: ConversationHint | undefined,
): Ranking {
  if (hint === undefined) return { order: orderByScore(candidates, weightedLoad, random), memory };
  const isLoaded = loadBound(candidates);
  const hasItsShare = shareBound(candidates, memory);
  const reluctance = (candidate: PolicyCandidate) => {
    if (candidate.name === hint.warm && !isLoaded(candidate, warmPatience)) return -1;
    return (isLoaded(candidate, 1) ? 2 : 0) + (hasItsShare(candidate) ? 1 : 0);
  };
  const order = orderByRing(candidates, hint.key)
    .toSorted((a, b) => reluctance(a) - reluctance(b))
    .map(({ name }) => name);
  return { order, memory: countTurn(memory, order[0]) };
}

/** Weighted rendezvous hashing: the order that a key gives to the boxes, the same on every replica. */
function orderByRing(candidates: readonly PolicyCandidate[], key: number): readonly PolicyCandidate[] {
  return candidates
    .map((candidate) => ({
      candidate,
      distance: -Math.log(hashToShare(hashText(candidate.name, key))) / candidate.weight,
    }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ candidate }) => candidate);
}

/** Whether one more request would put a box over the bound; one with a free place never is. */
function loadBound(
  candidates: readonly PolicyCandidate[],
): (candidate: PolicyCandidate, patience: number) => boolean {
  const totalWeight = sumOf(candidates, ({ weight }) => weight);
  const totalLoad = sumOf(candidates, loadOf) + 1;
  return (candidate, patience) => {
    const fair = Math.ceil((loadFactor * totalLoad * candidate.weight) / totalWeight);
    return loadOf(candidate) + 1 > Math.max(fair, candidate.places * patience);
  };
}

function shareBound(
  candidates: readonly PolicyCandidate[],
  memory: PolicyMemory,
): (candidate: PolicyCandidate) => boolean {
  const totalWeight = sumOf(candidates, ({ weight }) => weight);
  const turns = sumOf(candidates, ({ name }) => memory.get(name) ?? 0) + shareHeadStart;
  return ({ name, weight }) => (memory.get(name) ?? 0) > (shareFactor * turns * weight) / totalWeight;
}

/** Whole failures of late count as load. */
function loadOf({ inFlight, queued, failures }: PolicyCandidate): number {
  return inFlight + queued + Math.round(failures);
}

function countTurn(memory: PolicyMemory, name: string | undefined): PolicyMemory {
  if (name === undefined) return memory;
  const counted = new Map([...memory, [name, (memory.get(name) ?? 0) + 1]]);
  const isFull = sumOf([...counted.values()], (turns) => turns) > shareWindow;
  return isFull ? new Map([...counted].map(([box, turns]) => [box, turns / 2])) : counted;
}

function sumOf<Item>(items: readonly Item[], number: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + number(item), 0);
}
