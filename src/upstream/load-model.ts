/** Asks one backend to load one model, and waits until it has. Knows nothing of who else waits, and makes no words of a refusal. */
import type { BackendPlan } from "../config/plan.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { dialects } from "../dialects/index.ts";
import { ProxyError } from "../errors.ts";
import { createCancellation } from "../http/cancel.ts";
import { isSameModel, type LocalModel } from "../protocol/openai/models.ts";
import type { Runtime } from "../runtime.ts";
import { probe } from "./probe.ts";
import { upstreamHeaders } from "./request.ts";
import { failureOf, send } from "./send.ts";

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
  /** There is no API for it: the first request loads the model. */
  | { readonly kind: "unsupported" }
  /** The backend's own words, for who can read them. */
  | {
      readonly kind: "refused";
      readonly path: string;
      readonly status: number;
      readonly headers: Headers;
      readonly body: string;
    };

/** Whether a kind has an API that loads; where it has none, the first request loads. */
export function canLoad(backend: BackendPlan): boolean {
  const dialect: Dialect = dialects[backend.type];
  return dialect.loading !== undefined;
}

/** Gives up after the backend's time for a first byte, since loading is what that is for. Throws a ProxyError where no answer came. */
export async function loadModel(
  { backend, model, contextLength, requestId }: LoadOrder,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<LoadOutcome> {
  const { loading }: Dialect = dialects[backend.type];
  if (loading === undefined) return { kind: "unsupported" };
  const cancellation = createCancellation(signal, "parent");
  const { firstByteTimeoutMs: timeoutMs } = backend;
  const giveUp = () => cancellation.cancel("first-byte-timeout");
  const stopTimer = timeoutMs > 0 ? runtime.setTimer(giveUp, timeoutMs) : () => {};
  try {
    const listed = await findListed(backend, model, runtime);
    if (listed?.isLoaded === true) return { kind: "present" };
    cancellation.signal.throwIfAborted();
    const headers = upstreamHeaders(
      new Headers({ accept: "application/json", "content-type": "application/json" }),
      backend,
      requestId,
    );
    const body = new TextEncoder().encode(JSON.stringify(loading.toBody(listed?.id ?? model, contextLength)));
    const request = { method: "POST", path: loading.path, headers, body };
    const response = await send(request, backend, runtime, cancellation);
    const text = await response.text();
    const loaded = response.ok ? loading.parse(parseOrUndefined(text)) : undefined;
    if (loaded !== undefined) return { kind: "loaded", ...loaded };
    return {
      kind: "refused",
      path: loading.path,
      status: response.status,
      headers: response.headers,
      body: text,
    };
  } catch (thrown) {
    const isClear = thrown instanceof ProxyError && cancellation.reason === undefined;
    throw isClear ? thrown : failureOf(thrown, backend, cancellation);
  } finally {
    stopTimer();
    cancellation.finish();
  }
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

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
