/** Counts requests by their labels until somebody asks: a library that reads labels at each count takes longer than the count. Knows no library. */
import type { RequestSample } from "./metrics.ts";

/** The requests of one set of labels. */
export interface Tally {
  readonly labels: Pick<RequestSample, "backend" | "alias" | "endpoint">;
  readonly byStatus: Map<string, number>;
  /** Undefined while nobody told any. */
  promptTokens: number | undefined;
  completionTokens: number | undefined;
}

export interface Tallies {
  count(sample: RequestSample): void;
  all(): readonly Tally[];
}

/** As many as there are sets of labels, which whoever takes the samples has bounded. */
export function createTallies(): Tallies {
  const all: Tally[] = [];
  const byBackend = new Map<string, Map<string, Map<string, Tally>>>();

  function tallyOf({ backend, alias, endpoint }: RequestSample): Tally {
    const known = byBackend.get(backend)?.get(alias)?.get(endpoint);
    if (known !== undefined) return known;
    const labels = { backend, alias, endpoint };
    const tally = { labels, byStatus: new Map(), promptTokens: undefined, completionTokens: undefined };
    const byAlias = byBackend.get(backend) ?? new Map<string, Map<string, Tally>>();
    const byEndpoint = byAlias.get(alias) ?? new Map<string, Tally>();
    byBackend.set(backend, byAlias.set(alias, byEndpoint.set(endpoint, tally)));
    all.push(tally);
    return tally;
  }

  return {
    count(sample) {
      const tally = tallyOf(sample);
      const { byStatus } = tally;
      const { status, promptTokens, completionTokens } = sample;
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      if (promptTokens !== undefined) tally.promptTokens = (tally.promptTokens ?? 0) + promptTokens;
      if (completionTokens !== undefined)
        tally.completionTokens = (tally.completionTokens ?? 0) + completionTokens;
    },
    all: () => all,
  };
}
