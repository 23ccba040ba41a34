/** Applies a policy to tiers of candidates: the order in which a request tries them. Pure; knows no policy by name. */
import type { Candidate } from "./candidates.ts";
import type { ConversationHint, Policy, PolicyMemory } from "./policy.ts";

export interface RankedCandidates {
  readonly order: readonly Candidate[];
  readonly memory: PolicyMemory;
}

/** All of a better tier go before any of the next; only the first tier, which takes the request, is remembered. */
export function rankCandidates(
  tiers: readonly (readonly Candidate[])[],
  policy: Policy,
  memory: PolicyMemory,
  random: () => number,
  hint?: ConversationHint,
): RankedCandidates {
  const rankings = tiers.map((tier) => ({ tier, ranking: policy(tier, memory, random, hint) }));
  return {
    order: rankings.flatMap(({ tier, ranking }) =>
      ranking.order.flatMap((name) => tier.find((candidate) => candidate.name === name) ?? []),
    ),
    memory: rankings[0]?.ranking.memory ?? memory,
  };
}
