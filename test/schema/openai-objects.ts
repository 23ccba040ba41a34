/** Answers, chunks and events as OpenAI's own service has them, to be spoiled by tests. Knows no exchange. */
import type { JsonObject } from "../../src/protocol/openai/fields.ts";

export const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
const tag = { id: "chatcmpl-1", created: 1_790_000_000, model: "gpt-4o" };

export function chatAnswer(
  message: JsonObject = {},
  choice: JsonObject = {},
  body: JsonObject = {},
): JsonObject {
  const whole = { role: "assistant", content: "Hello.", refusal: null, annotations: [], ...message };
  const choices = [{ index: 0, message: whole, logprobs: null, finish_reason: "stop", ...choice }];
  return { ...tag, object: "chat.completion", choices, usage, ...body };
}

export function chatChunk(delta: JsonObject, choice: JsonObject = {}, body: JsonObject = {}): JsonObject {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: null, ...choice }];
  return { ...tag, object: "chat.completion.chunk", system_fingerprint: "fp_0", choices, ...body };
}

export const role = chatChunk({ role: "assistant", content: "", refusal: null });
export const text = chatChunk({ content: "Hello." });
export const finish = chatChunk({}, { finish_reason: "stop" });

export function completion(choice: JsonObject = {}, body: JsonObject = {}): JsonObject {
  const choices = [{ text: "Hello.", index: 0, logprobs: null, finish_reason: "stop", ...choice }];
  return { ...tag, id: "cmpl-1", object: "text_completion", choices, usage, ...body };
}

export function completionChunk(
  text: string,
  finish: string | null = null,
  body: JsonObject = {},
): JsonObject {
  const { usage: _usage, ...chunk } = completion({ text, finish_reason: finish });
  return { ...chunk, ...body };
}

export function embeddings(...vectors: readonly unknown[]): JsonObject {
  const data = vectors.map((embedding, index) => ({ object: "embedding", index, embedding }));
  return {
    object: "list",
    data,
    model: "text-embedding-3-small",
    usage: { prompt_tokens: 2, total_tokens: 2 },
  };
}

export function response(body: JsonObject = {}): JsonObject {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_790_000_000,
    status: "completed",
    error: null,
    incomplete_details: null,
    instructions: null,
    model: "gpt-4o",
    output: [message()],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    metadata: {},
    user: null,
    usage: {
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 2,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 11,
    },
    ...body,
  };
}

export function message(item: JsonObject = {}): JsonObject {
  const content = [{ type: "output_text", text: "Hello.", annotations: [], logprobs: [] }];
  return { id: "msg_1", type: "message", role: "assistant", status: "completed", content, ...item };
}

const atText = { item_id: "msg_1", output_index: 0, content_index: 0 };
const part = { type: "output_text", text: "Hello.", annotations: [], logprobs: [] };
const begun = response({ status: "in_progress", output: [], usage: null });

/** The events of a Responses stream with one text. */
export const responseEvents: readonly JsonObject[] = [
  { type: "response.created", response: begun },
  { type: "response.in_progress", response: begun },
  {
    type: "response.output_item.added",
    output_index: 0,
    item: message({ status: "in_progress", content: [] }),
  },
  { type: "response.content_part.added", ...atText, part: { ...part, text: "" } },
  { type: "response.output_text.delta", ...atText, delta: "Hello", logprobs: [] },
  { type: "response.output_text.delta", ...atText, delta: ".", logprobs: [] },
  { type: "response.output_text.done", ...atText, text: "Hello.", logprobs: [] },
  { type: "response.content_part.done", ...atText, part },
  { type: "response.output_item.done", output_index: 0, item: message() },
  { type: "response.completed", response: response() },
];

export function error(fields: JsonObject = {}): JsonObject {
  return { error: { message: "No.", type: "invalid_request_error", param: null, code: null, ...fields } };
}

export const model = { id: "gpt-4o", object: "model", created: 1, owned_by: "openai" };
export const token = { token: "a", logprob: -1, bytes: [97] };
export const call = { id: "call_1", type: "function", function: { name: "look", arguments: "{}" } };

/** An object that lacks one of its keys. */
export function without({ ...object }: JsonObject, key: string): JsonObject {
  delete object[key];
  return object;
}
