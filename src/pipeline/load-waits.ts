/** Holds a request until its model is in the backend's memory: one load for all who wait. Knows no wire. */
import type { BackendPlan } from "../config/plan.ts";
import { isSameModel, kindOf, type LocalModel } from "../protocol/openai/models.ts";
import type { LoadTicket } from "../route/model-loads.ts";
import type { BackendSnapshot } from "../route/pool.ts";
import type { Runtime } from "../runtime.ts";
import type { ModelLoader } from "./model-loader.ts";
import type { StopSignal } from "../stop-signal.ts";

export interface LoadWaits {
  /** The load that a request for the model has to wait for there; undefined where it may be sent at once. */
  waitFor(snapshot: BackendSnapshot, model: string | undefined, signal: StopSignal): LoadTicket | undefined;
}

/**
 * A box says nothing while it loads for a request, so the load is begun by a request of the proxy's own for a single token:
 * the box's TTL and eviction hold for the model as they always do, and nobody's answer hangs on it.
 */
export function createLoadWaits(
  loader: ModelLoader,
  { sharesPromises }: Pick<Runtime, "sharesPromises">,
): LoadWaits {
  return {
    waitFor({ backend, models }, model, signal) {
      if (!sharesPromises || !backend.loadsFirst || model === undefined) return undefined;
      const listed = findModel(model, models ?? []);
      if (listed?.isLoaded !== false) return undefined;
      return loader.load(askFor(backend, listed), signal);
    },
  };
}

function askFor(backend: BackendPlan, listed: LocalModel) {
  return { backend, model: listed.id, kind: kindOf(listed), isJustInTime: true };
}

/** Where several instances are listed, a loaded one is enough. */
function findModel(name: string, models: readonly LocalModel[]): LocalModel | undefined {
  const same = models.filter(({ id }) => id === name || isSameModel(name, id));
  return same.find(({ isLoaded }) => isLoaded === true) ?? same.find(({ id }) => id === name) ?? same[0];
}
