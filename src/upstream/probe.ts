/** Asks one backend whether it answers and which models it has. Knows nothing of the other backends. */
import type { BackendPlan } from "../config/plan.ts";
import type { BackendType } from "../config/schema.ts";
import { kindProbes } from "../dialects/detect.ts";
import type { Dialect, ModelListSource } from "../dialects/dialect.ts";
import { dialects } from "../dialects/index.ts";
import { labelOf } from "../dialects/label.ts";
import { ProxyError } from "../errors.ts";
import { createCancellation } from "../http/cancel.ts";
import { isJsonObject } from "../protocol/openai/fields.ts";
import type { LocalModel } from "../protocol/openai/models.ts";
import type { Runtime } from "../runtime.ts";
import { upstreamHeaders } from "./request.ts";
import { failureOf } from "./send.ts";
import type { StopSignal } from "../stop-signal.ts";

/** A box that is there answers a list within a blink, even while it works. */
const probeTimeoutMs = 3_000;

export type ProbeResult =
  | { readonly isUp: true; readonly models: readonly LocalModel[]; readonly type: BackendType }
  | { readonly isUp: false; readonly problem: string };

/** Never throws: what is wrong stands in `problem`, in words for the operator. */
export async function probe(backend: BackendPlan, runtime: Runtime): Promise<ProbeResult> {
  const cancellation = createCancellation(new AbortController().signal, "parent");
  const stopTimer = runtime.setTimer(() => cancellation.cancel("first-byte-timeout"), probeTimeoutMs);
  // The search for the type and the list may look at the same path: it is asked once.
  const answers = new Map<string, Promise<JsonAnswer>>();
  const ask: Ask = (path) => {
    const answer = answers.get(path) ?? getJson(backend, path, runtime, cancellation.signal);
    answers.set(path, answer);
    return answer;
  };
  try {
    const type = backend.detectsType ? ((await detectType(ask)) ?? backend.type) : backend.type;
    const dialect: Dialect = dialects[type];
    let refusal = `${labelOf(backend)} answers, but not with a list of models: is it really ${dialect.label}?`;
    for (const source of dialect.modelLists) {
      const { status, body } = await ask(source.path);
      if (status === 401 || status === 403) refusal = refusedKey(backend, status);
      const models = status === 200 ? source.parse(body) : undefined;
      if (models !== undefined) return { isUp: true, models: await addDetails(models, source, ask), type };
    }
    return { isUp: false, problem: refusal };
  } catch (thrown) {
    if (cancellation.reason === "first-byte-timeout") {
      return {
        isUp: false,
        problem: `${labelOf(backend)} did not answer within ${probeTimeoutMs / 1000} seconds.`,
      };
    }
    const error = thrown instanceof ProxyError ? thrown : failureOf(thrown, backend, cancellation);
    return { isUp: false, problem: error.message };
  } finally {
    stopTimer();
  }
}

interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

type Ask = (path: string) => Promise<JsonAnswer>;

async function detectType(ask: Ask): Promise<BackendType | undefined> {
  for (const { path, recognise } of kindProbes) {
    const { status, body } = await ask(path);
    const type = status === 200 && isJsonObject(body) ? recognise(body) : undefined;
    if (type !== undefined) return type;
  }
  return undefined;
}

/** What is only an addition may fail or be late: the box is up, and its list stands. */
async function addDetails(
  models: readonly LocalModel[],
  { details }: ModelListSource,
  ask: Ask,
): Promise<readonly LocalModel[]> {
  if (details === undefined) return models;
  const answer = await ask(details.path).catch(() => undefined);
  return answer?.status === 200 ? details.merge(models, answer.body) : models;
}

async function getJson(
  backend: BackendPlan,
  path: string,
  runtime: Runtime,
  signal: StopSignal,
): Promise<JsonAnswer> {
  const headers = upstreamHeaders(new Headers({ accept: "application/json" }), backend, "probe");
  const response = await runtime.fetch(backend.baseUrl + path, {
    method: "GET",
    headers,
    body: null,
    signal,
  });
  const text = await response.text();
  return { status: response.status, body: parseOrUndefined(text) };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusedKey(backend: BackendPlan, status: number): string {
  return `${labelOf(backend)} refused the proxy's key (HTTP ${status}): set backends.${backend.name}.api_key, or headers.`;
}
