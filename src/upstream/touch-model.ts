/** The smallest request that a model can answer: it loads the model where it is not loaded, and tells that it is in use. */
import type { BackendPlan } from "../config/plan.ts";
import { isJsonObject } from "../protocol/openai/fields.ts";
import type { ModelKind } from "../protocol/openai/models.ts";
import type { Runtime } from "../runtime.ts";
import { type OwnAnswer, postJson } from "./post-json.ts";
import type { StopSignal } from "../stop-signal.ts";

export interface Touch {
  readonly backend: BackendPlan;
  readonly model: string;
  readonly kind: ModelKind;
  /** In the backend's log. */
  readonly requestId: string;
}

/** One token, or one vector; undefined where it was answered, else the refusal. Throws a ProxyError where no answer came. */
export async function touchModel(
  { backend, model, kind, requestId }: Touch,
  runtime: Runtime,
  signal: StopSignal,
): Promise<OwnAnswer | undefined> {
  const { path, body } = kind === "embedding" ? smallestEmbedding(model) : smallestChat(model);
  const answer = await postJson({ backend, path, body, requestId }, runtime, signal);
  // LM Studio tells errors with status 200 too.
  return isJsonObject(answer.body) && !("error" in answer.body) ? undefined : answer;
}

function smallestChat(model: string) {
  const messages = [{ role: "user", content: "Hi" }];
  return { path: "/v1/chat/completions", body: { model, messages, max_tokens: 1, stream: false } };
}

function smallestEmbedding(model: string) {
  return { path: "/v1/embeddings", body: { model, input: "Hi" } };
}
