/** How many requests a backend takes at once. Pure; knows no queue and no clock. */
import type { BackendType } from "../config/schema.ts";
import { isSameModel, type LocalModel } from "../protocol/openai/models.ts";

export interface PlacesFacts {
  readonly type: BackendType;
  /** As it told them; undefined until it has. */
  readonly models: readonly LocalModel[] | undefined;
  /** The operator's word, which wins. */
  readonly maxConcurrency?: number | undefined;
}

/**
 * vLLM batches what comes, and says nowhere how much; a service behind OpenAI's API queues for itself. The others work
 * one request after the other, or fail several together, unless they tell what they were started with.
 */
const untoldPlaces: Readonly<Record<BackendType, number>> = {
  lmstudio: 1,
  "llama-server": 1,
  ollama: 1,
  vllm: 64,
  openai: Infinity,
};

/** Those of the whole backend: what its loaded models take together; at least 1. */
export function placesOf({ type, models, maxConcurrency }: PlacesFacts): number {
  if (maxConcurrency !== undefined) return maxConcurrency;
  const told = (models ?? [])
    .filter(({ isLoaded }) => isLoaded !== false)
    .flatMap(({ parallel }) => parallel ?? []);
  return told.length === 0 ? untoldPlaces[type] : told.reduce((sum, places) => sum + places, 0);
}

/** Those of one model there, which cannot use another's: its own where they are told, else what an unknown has. */
export function placesOfModel({ type, models, maxConcurrency }: PlacesFacts, model: string): number {
  const listed = models?.find(({ id }) => id === model) ?? models?.find(({ id }) => isSameModel(model, id));
  const own = listed?.isLoaded === false ? undefined : listed?.parallel;
  return maxConcurrency ?? own ?? untoldPlaces[type];
}
