/** The mixture of a soak: plain requests and streams, 5 % that clients leave, 1 % that the box breaks. */
import { type LoadResult, runLoad } from "./load.ts";
import { loadOptions, type Ask, type PhaseContext } from "./phases/phase.ts";

const streamModel = "local/stream-40-10";
const abortModel = "local/stream-200-10";

export const soakModels = ["local/plain", "local/fault", streamModel, abortModel];

type Part = Omit<Ask, "rate" | "seconds"> & { readonly share: number };

/** Shares of all requests. */
const parts: readonly Part[] = [
  { share: 0.64, kind: "plain", mode: "plain", model: "local/plain", connections: 64 },
  { share: 0.3, kind: "stream", mode: "stream", model: streamModel, connections: 400, count: 40 },
  { share: 0.05, kind: "stream", mode: "stream", model: abortModel, connections: 100, abort_after: 5 },
  { share: 0.005, kind: "plain", mode: "plain", model: "local/fault", connections: 16, faults: 1 },
  { share: 0.005, kind: "stream", mode: "stream", model: "local/fault", connections: 16, faults: 1 },
];

export interface SliceSums {
  readonly requests: number;
  readonly wrong: number;
  readonly untold: number;
}

/** Runs all parts beside each other at their share of `rate` requests a second. */
export async function runSlice(context: PhaseContext, rate: number, seconds: number): Promise<SliceSums> {
  const loads = await Promise.all(
    parts.map(async ({ share, ...ask }) => {
      const result = await runLoad(loadOptions(context, { ...ask, rate: rate * share, seconds }));
      return { result, isBroken: ask.faults === 1 };
    }),
  );
  const sum = (of: (result: LoadResult) => number, chosen = loads) =>
    chosen.reduce((total, { result }) => total + of(result), 0);
  const broken = loads.filter(({ isBroken }) => isBroken);
  return {
    requests: sum(({ requests }) => requests),
    wrong: sum(
      ({ wrong }) => wrong,
      loads.filter(({ isBroken }) => !isBroken),
    ),
    untold: sum(({ wrong }) => wrong, broken),
  };
}
