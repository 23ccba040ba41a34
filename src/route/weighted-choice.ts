/** Draws one of an alias's weighted targets (A/B), the same one for the same sticky value. Knows no keys, users or headers. */
import { hashText, hashToShare } from "./hash.ts";

/** A target with its share of the traffic, relative to the other weights; 0 takes none. */
export interface WeightedTarget {
  readonly name: string;
  readonly weight: number;
}

/**
 * Weighted rendezvous hashing: each target's score hangs on its own weight alone, so that a changed weight
 * moves only values to it or from it. `experiment` (the alias) keeps two experiments independent of each other.
 * Undefined if no target has a weight.
 */
export function selectTarget<Target extends WeightedTarget>(
  experiment: string,
  targets: readonly Target[],
  stickyValue: string | undefined,
  random: () => number,
): Target | undefined {
  const seed = stickyValue === undefined ? undefined : hashText(stickyValue, hashText(experiment));
  let best: { score: number; target: Target } | undefined;
  for (const target of targets) {
    if (!(target.weight > 0)) continue;
    // 1 - random() leaves 0 out and lets 1 in, whose score of 0 is the best there is.
    const share = seed === undefined ? 1 - random() : hashToShare(hashText(target.name, seed));
    const score = -Math.log(share) / target.weight;
    if (best === undefined || score < best.score) best = { score, target };
  }
  return best?.target;
}
