/** How long requests really run: an exponentially weighted average for each backend and model. */

export interface ServiceTimes {
  /** One request of `model` ran for so many milliseconds. */
  learn(model: string | undefined, serviceMs: number): void;
  /** The average of the model, else of the whole backend, else what is assumed. */
  averageMs(model: string | undefined): number;
}

/** The newest request counts for a fifth, so that some ten of them outweigh what was before. */
const newestWeight = 0.2;

/** Models beyond this count are told by the average of the backend. */
const maxModels = 200;

/** The averages of one backend; keeps one number for each model. */
export function createServiceTimes(assumedMs: number): ServiceTimes {
  const averages = new Map<string, number>();
  let overall: number | undefined;
  const blend = (average: number | undefined, serviceMs: number) =>
    average === undefined ? serviceMs : average + newestWeight * (serviceMs - average);
  return {
    learn(model, serviceMs) {
      if (!Number.isFinite(serviceMs) || serviceMs < 0) return;
      overall = blend(overall, serviceMs);
      if (model === undefined || (!averages.has(model) && averages.size >= maxModels)) return;
      averages.set(model, blend(averages.get(model), serviceMs));
    },
    averageMs: (model) => (model === undefined ? undefined : averages.get(model)) ?? overall ?? assumedMs,
  };
}
