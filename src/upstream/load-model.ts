/** Asks one backend to load one model, and waits until it has. Knows nothing of who else waits, and makes no words of a refusal. */
import type { BackendPlan } from "../config/plan.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { dialects } from "../dialects/index.ts";
import { isSameModel, type LocalModel } from "../protocol/openai/models.ts";
import type { Runtime } from "../runtime.ts";
import { type OwnAnswer, postJson } from "./post-json.ts";
import { probe } from "./probe.ts";
import type { StopSignal } from "../stop-signal.ts";

export interface LoadOrder {
  readonly backend: BackendPlan;
  readonly model: string;
  /** In tokens; the backend's own choice where it is left out. */
  readonly contextLength?: number | undefined;
  /** In the backend's log. */
  readonly requestId: string;
}

export type LoadOutcome =
  | { readonly kind: "loaded"; readonly instanceId: string | undefined }
  /** It was in memory already: LM Studio would load it a second time. */
  | { readonly kind: "present" }
  /** There is no API for it: a request for the model loads it. */
  | { readonly kind: "unsupported" }
  /** In the backend's own words, for who can read them. */
  | { readonly kind: "refused"; readonly answer: OwnAnswer };

/** Whether a kind has an API that loads; where it has none, a request for the model does. */
export function canLoad(backend: BackendPlan): boolean {
  const dialect: Dialect = dialects[backend.type];
  return dialect.loading !== undefined;
}

/** Throws a ProxyError where no answer came, or none in the backend's time for a first byte: loading is what that is for. */
export async function loadModel(
  { backend, model, contextLength, requestId }: LoadOrder,
  runtime: Runtime,
  signal: StopSignal,
): Promise<LoadOutcome> {
  const { loading }: Dialect = dialects[backend.type];
  if (loading === undefined) return { kind: "unsupported" };
  const listed = await findListed(backend, model, runtime);
  if (listed?.isLoaded === true) return { kind: "present" };
  const body = loading.toBody(listed?.id ?? model, contextLength);
  const answer = await postJson({ backend, path: loading.path, body, requestId }, runtime, signal);
  const loaded = loading.parse(answer.body);
  return loaded === undefined ? { kind: "refused", answer } : { kind: "loaded", ...loaded };
}

/** As the backend calls it. A box that does not answer the list is asked to load all the same: that tells what is wrong. */
async function findListed(
  backend: BackendPlan,
  model: string,
  runtime: Runtime,
): Promise<LocalModel | undefined> {
  const found = await probe(backend, runtime);
  if (!found.isUp) return undefined;
  return found.models.find(({ id }) => id === model) ?? found.models.find(({ id }) => isSameModel(model, id));
}
