/** Joins what a load is made of: one flight for all waiters, the backend's way to load, its refusals in OpenAI's words. */
import type { BackendPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { ProxyError } from "../errors.ts";
import { normaliseUpstreamError } from "../normalise/upstream-error.ts";
import { guessKind, type ModelKind } from "../protocol/openai/models.ts";
import type { LoadTicket, ModelLoads } from "../route/model-loads.ts";
import type { Runtime } from "../runtime.ts";
import { canLoad, loadModel } from "../upstream/load-model.ts";
import type { OwnAnswer } from "../upstream/post-json.ts";
import { touchModel } from "../upstream/touch-model.ts";
import type { StopSignal } from "../stop-signal.ts";

export interface LoadAsk {
  readonly backend: BackendPlan;
  /** Known not to be loaded there. */
  readonly model: string;
  /** What its name speaks of where it is left out. */
  readonly kind?: ModelKind | undefined;
  /**
   * Loads as any request would, by one for a single token, so that the backend's own eviction and TTL hold for the model.
   * Left out, LM Studio's API loads it: with the wanted context, and to stay until somebody unloads it, which on a box
   * with room for one model keeps the next one out.
   */
  readonly isJustInTime?: boolean;
}

export interface ModelLoader {
  /**
   * Whether waiting for a load is the better way. Where it is false the first request for a model had better load it: the
   * kind has no API for it, or requests may not wait for each other (each would load an instance of its own).
   */
  canLoad(backend: BackendPlan): boolean;
  /**
   * Waits for the one load of the model there, beginning it if need be: through the backend's API, else by a request for a
   * single token; resolves at once where it is in memory by now. The waiter leaves by its `signal`. Rejects with
   * `model_load_failed` (503 for want of memory), or with what kept the backend from answering.
   */
  load(ask: LoadAsk, signal: StopSignal): LoadTicket;
}

export interface ModelLoaderParts {
  readonly runtime: Runtime;
  readonly loads: ModelLoads;
  /** The context to load a model with, in tokens; undefined leaves it to the backend. Default: always undefined. */
  readonly contextLengthOf?: (model: string) => number | undefined;
  /** Something changed in the backend's memory: its list is to be read anew. */
  readonly onLoaded?: (backend: BackendPlan) => Promise<void>;
}

export function createModelLoader(parts: ModelLoaderParts): ModelLoader {
  const { runtime, loads, onLoaded } = parts;

  /** False where it was in memory already. */
  async function loadByApi({ backend, model }: LoadAsk, signal: StopSignal): Promise<boolean | "no api"> {
    const order = { backend, model, contextLength: parts.contextLengthOf?.(model), requestId: "load" };
    const outcome = await loadModel(order, runtime, signal);
    if (outcome.kind === "unsupported") return "no api";
    if (outcome.kind !== "refused") return outcome.kind === "loaded";
    const error = normalise(outcome.answer, backend);
    // An LM Studio before 0.4.0.
    if (error.isUnknownUrl) return "no api";
    throw toLoadError(error, backend);
  }

  async function loadByRequest({ backend, model, kind }: LoadAsk, signal: StopSignal): Promise<void> {
    const touch = { backend, model, kind: kind ?? guessKind(model), requestId: "load" };
    const refusal = await touchModel(touch, runtime, signal);
    if (refusal !== undefined) throw toLoadError(normalise(refusal, backend), backend);
  }

  async function begin(ask: LoadAsk, signal: StopSignal): Promise<void> {
    const { backend, model, isJustInTime = false } = ask;
    const startedAt = runtime.now();
    const hasLoaded = isJustInTime ? "no api" : await loadByApi(ask, signal);
    if (hasLoaded === "no api") await loadByRequest(ask, signal);
    if (hasLoaded !== false) {
      const ms = runtime.now() - startedAt;
      runtime.log.info("model-loaded", { backend: backend.name, model, ms });
    }
    await onLoaded?.(backend);
  }

  return {
    canLoad: (backend) => runtime.sharesPromises && canLoad(backend),
    load: (ask, signal) =>
      loads.join({ backend: ask.backend.name, model: ask.model }, (work) => begin(ask, work), signal),
  };
}

/** Codes that say more than that the load failed. */
const clearCodes: ReadonlySet<string | null> = new Set([
  "model_load_failed",
  "model_not_found",
  "backend_unauthorized",
]);

function toLoadError(error: ProxyError, backend: BackendPlan): ProxyError {
  if (clearCodes.has(error.code)) return error;
  return new ProxyError({
    status: error.status >= 500 ? error.status : 500,
    type: "server_error",
    code: "model_load_failed",
    message: `${labelOf(backend)} could not load the model: ${error.message}`,
    origin: "upstream",
    headers: error.headers,
  });
}

function normalise({ path, status, headers, text }: OwnAnswer, backend: BackendPlan): ProxyError {
  return normaliseUpstreamError({ backend, method: "POST", path, status, body: text, headers });
}
