/** Joins what a load is made of: one flight for all waiters, the backend's API, its refusals in OpenAI's words. */
import type { BackendPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { ProxyError } from "../errors.ts";
import { normaliseUpstreamError } from "../normalise/upstream-error.ts";
import type { LoadTicket, ModelLoads } from "../route/model-loads.ts";
import type { Runtime } from "../runtime.ts";
import { canLoad, loadModel, type LoadOutcome } from "../upstream/load-model.ts";

export interface ModelLoader {
  /**
   * False where the first request for a model is what loads it: the kind has no API for it, or requests may not wait for
   * each other (each would load an instance of its own).
   */
  canLoad(backend: BackendPlan): boolean;
  /**
   * Waits for the one load of the model there, beginning it if need be; resolves at once where it is in memory. The waiter
   * leaves by its `signal`. Rejects with `model_load_failed` (503 for want of memory), or with what kept the backend from
   * answering. To be called where `canLoad` is true, for a model that is known not to be loaded.
   */
  load(backend: BackendPlan, model: string, signal: AbortSignal): LoadTicket;
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

  async function begin(backend: BackendPlan, model: string, signal: AbortSignal): Promise<void> {
    const startedAt = runtime.now();
    const contextLength = parts.contextLengthOf?.(model);
    const order = { backend, model, contextLength, requestId: "load" };
    const outcome = await loadModel(order, runtime, signal);
    if (outcome.kind === "refused") acceptRefusal(outcome, backend);
    if (outcome.kind === "loaded") {
      const ms = runtime.now() - startedAt;
      runtime.log.info("model-loaded", { backend: backend.name, model, instance: outcome.instanceId, ms });
    }
    await onLoaded?.(backend);
  }

  return {
    canLoad: (backend) => runtime.sharesPromises && canLoad(backend),
    load: (backend, model, signal) =>
      loads.join({ backend: backend.name, model }, (work) => begin(backend, model, work), signal),
  };
}

/** Codes that say more than that the load failed. */
const clearCodes: ReadonlySet<string | null> = new Set([
  "model_load_failed",
  "model_not_found",
  "backend_unauthorized",
]);

/** An LM Studio before 0.4.0 does not have the path: the first request loads, and nobody need wait here. Else throws. */
function acceptRefusal(refusal: LoadOutcome & { readonly kind: "refused" }, backend: BackendPlan): void {
  const { path, status, headers, body } = refusal;
  const error = normaliseUpstreamError({ backend, method: "POST", path, status, body, headers });
  if (error.isUnknownUrl) return;
  if (clearCodes.has(error.code)) throw error;
  throw new ProxyError({
    status: error.status >= 500 ? error.status : 500,
    type: "server_error",
    code: "model_load_failed",
    message: `${labelOf(backend)} could not load the model: ${error.message}`,
    origin: "upstream",
    headers: error.headers,
  });
}
