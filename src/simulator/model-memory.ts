/** Which models are in memory: loading on request, evicting, unloading. Knows no wire. */
import { contextLengthOf, type ModelKind, type SimulatedModel } from "./models.ts";
import type { Timing } from "./timing.ts";

export interface LoadedInstance {
  readonly model: SimulatedModel;
  readonly contextLength: number;
  /** Loaded by a request (just in time) rather than by hand: such a model may be evicted. */
  readonly isJustInTime: boolean;
  /** When loading is over, in milliseconds since the epoch. */
  readonly readyAt: number;
}

export interface ModelMemory {
  readonly models: readonly SimulatedModel[];
  /** The instance of a model that is ready to answer. */
  findLoaded(id: string): LoadedInstance | undefined;
  /** The model that answers a request; waits while it is being loaded. */
  serve(kind: ModelKind, requested: string, signal: AbortSignal): Promise<SimulatedModel>;
  /** Loads by hand; such a model stays until it is unloaded. */
  load(
    model: SimulatedModel,
    contextLength: number | undefined,
    signal: AbortSignal,
  ): Promise<LoadedInstance>;
  /** Whether there was such an instance. */
  unload(id: string): boolean;
}

/** Which of all models serves a name on an endpoint of a kind; throws where none does. */
export type ChooseModel = (
  kind: ModelKind,
  requested: string,
  models: readonly SimulatedModel[],
  isLoaded: (id: string) => boolean,
) => SimulatedModel;

/** Makes the memory of one simulator. A load goes on although the request that began it is gone. */
export function createModelMemory(
  models: readonly SimulatedModel[],
  loadDelayMs: number,
  timing: Timing,
  chooseModel: ChooseModel,
): ModelMemory {
  const instances = new Map<string, LoadedInstance>();
  for (const model of models) if (model.isLoaded === true) put(model, false, 0);

  function put(
    model: SimulatedModel,
    isJustInTime: boolean,
    readyAt: number,
    contextLength?: number,
  ): LoadedInstance {
    const length = contextLength ?? contextLengthOf(model);
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
    const named = chooseModel(kind, requested, models, (id) => findLoaded(id) !== undefined);
    const instance = instances.get(named.id) ?? loadJustInTime(named);
    await timing.pause(instance.readyAt - timing.now(), signal);
    return named;
  }

  async function load(
    model: SimulatedModel,
    contextLength: number | undefined,
    signal: AbortSignal,
  ): Promise<LoadedInstance> {
    const readyAt = findLoaded(model.id)?.readyAt ?? timing.now() + loadDelayMs;
    const instance = put(model, false, readyAt, contextLength);
    await timing.pause(readyAt - timing.now(), signal);
    return instance;
  }

  return { models, findLoaded, serve, load, unload: (id) => instances.delete(id) };
}
