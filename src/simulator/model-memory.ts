/** Which models are in memory: loading on request, evicting, unloading. Knows no wire. */
import { defaultContextLength, type SimulatedModel } from "./models.ts";
import { modelNotFound, noModelsLoaded } from "./refusal.ts";
import type { Timing } from "./timing.ts";

export interface LoadedInstance {
  readonly model: SimulatedModel;
  readonly contextLength: number;
  /** Loaded by a request (just in time) rather than by hand: such a model may be evicted. */
  readonly isJustInTime: boolean;
  /** When loading is over, in milliseconds since the epoch. */
  readonly readyAt: number;
}

export type ModelKind = "chat" | "embeddings";

export interface ModelMemory {
  readonly models: readonly SimulatedModel[];
  /** The instance of a model that is ready to answer. */
  findLoaded(id: string): LoadedInstance | undefined;
  /** The model that answers a request; waits while it is being loaded. */
  serve(kind: ModelKind, requested: string, signal: AbortSignal): Promise<SimulatedModel>;
  /** Loads by hand; such a model stays until it is unloaded. */
  load(id: string, contextLength: number | undefined, signal: AbortSignal): Promise<LoadedInstance>;
  /** Whether there was such an instance. */
  unload(id: string): boolean;
}

/** Makes the memory of one simulator. A load goes on although the request that began it is gone. */
export function createModelMemory(
  models: readonly SimulatedModel[],
  loadDelayMs: number,
  timing: Timing,
): ModelMemory {
  const instances = new Map<string, LoadedInstance>();
  for (const model of models) if (model.isLoaded === true) put(model, false, 0);

  function put(
    model: SimulatedModel,
    isJustInTime: boolean,
    readyAt: number,
    contextLength?: number,
  ): LoadedInstance {
    const length = contextLength ?? model.maxContextLength ?? defaultContextLength;
    const instance = { model, contextLength: length, isJustInTime, readyAt };
    instances.set(model.id, instance);
    return instance;
  }

  function findLoaded(id: string): LoadedInstance | undefined {
    const instance = instances.get(id);
    return instance !== undefined && instance.readyAt <= timing.now() ? instance : undefined;
  }

  /** At most one model that a request loaded stays in memory (LM Studio's docs on TTL and auto-evict). */
  function loadJustInTime(model: SimulatedModel): LoadedInstance {
    for (const [id, instance] of instances) if (instance.isJustInTime) instances.delete(id);
    return put(model, true, timing.now() + loadDelayMs);
  }

  async function serve(kind: ModelKind, requested: string, signal: AbortSignal): Promise<SimulatedModel> {
    const ofKind = models.filter((model) => (model.type === "embeddings") === (kind === "embeddings"));
    const named = ofKind.find((model) => model.id === requested);
    if (named === undefined) {
      const loaded = ofKind.filter((model) => findLoaded(model.id) !== undefined);
      return requireOnly(loaded, models, requested);
    }
    const instance = instances.get(named.id) ?? loadJustInTime(named);
    await timing.pause(instance.readyAt - timing.now(), signal);
    return named;
  }

  async function load(
    id: string,
    contextLength: number | undefined,
    signal: AbortSignal,
  ): Promise<LoadedInstance> {
    const model = models.find((candidate) => candidate.id === id);
    if (model === undefined) throw modelNotFound(id, idsOf(models));
    const readyAt = findLoaded(id)?.readyAt ?? timing.now() + loadDelayMs;
    const instance = put(model, false, readyAt, contextLength);
    await timing.pause(readyAt - timing.now(), signal);
    return instance;
  }

  return { models, findLoaded, serve, load, unload: (id) => instances.delete(id) };
}

/** An unknown name is served without a word while one model alone could be meant (BT#619, #366). */
function requireOnly(
  loaded: readonly SimulatedModel[],
  known: readonly SimulatedModel[],
  requested: string,
): SimulatedModel {
  const [first, second] = loaded;
  if (first === undefined) throw noModelsLoaded();
  if (second === undefined) return first;
  throw modelNotFound(requested, idsOf(known));
}

function idsOf(models: readonly SimulatedModel[]): readonly string[] {
  return models.map((model) => model.id);
}
