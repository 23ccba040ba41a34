/** A Responses request as a chat completions request. Must not know the backend, nor where history is kept. */
import { badRequest } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { without } from "../../protocol/openai/parts.ts";
import { toMessages } from "./input.ts";
import { unsupported } from "./require-field.ts";
import { toToolFields } from "./tools.ts";

/** Fields with another name or form in chat, and fields that only a server of responses can act on. */
const responsesFields = [
  "input",
  "instructions",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "text",
  "max_output_tokens",
  "reasoning",
  "stream_options",
  "previous_response_id",
  "store",
  "include",
  "top_logprobs",
  "truncation",
  "background",
  "conversation",
  "prompt",
  "max_tool_calls",
  "context_management",
  // A response is one choice.
  "n",
];

/** The chat request that asks for the same; `history` is the chat messages of the responses before it. */
export function toChatRequest(body: JsonObject, history: readonly JsonObject[]): JsonObject {
  refuseServerState(body);
  const messages = [...toSystemMessage(body["instructions"]), ...history, ...toMessages(body["input"])];
  if (messages.length === 0) {
    throw badRequest(
      "Missing required parameter: 'input'. Send a string or an array of items.",
      "input",
      "missing_required_parameter",
    );
  }
  return {
    ...(without(body, responsesFields) ?? body),
    messages,
    ...toToolFields(body),
    ...toTextFields(body["text"]),
    ...toLimit(body["max_output_tokens"]),
    ...toEffort(body["reasoning"]),
    ...toLogprobs(body),
    ...toStreamOptions(body),
  };
}

/** What would need a server that keeps running or storing things under this request's name. */
function refuseServerState(body: JsonObject): void {
  if (body["background"] === true) {
    throw unsupported(
      "background: true",
      "background",
      "Leave it out and wait for the answer, or stream it.",
    );
  }
  if (body["conversation"] !== undefined && body["conversation"] !== null) {
    throw unsupported(
      "A conversation",
      "conversation",
      "Use previous_response_id, or send all items in input.",
    );
  }
  if (body["prompt"] !== undefined && body["prompt"] !== null) {
    throw unsupported("A stored prompt", "prompt", "Send its text in instructions and input.");
  }
}

function toSystemMessage(instructions: unknown): readonly JsonObject[] {
  if (instructions === undefined || instructions === null || instructions === "") return [];
  if (typeof instructions === "string") return [{ role: "system", content: instructions }];
  throw badRequest("Invalid value for 'instructions': expected a string.", "instructions", "invalid_type");
}

function toTextFields(text: unknown): JsonObject {
  if (!isJsonObject(text)) return {};
  const verbosity = typeof text["verbosity"] === "string" ? { verbosity: text["verbosity"] } : {};
  return { ...toResponseFormat(text["format"]), ...verbosity };
}

function toResponseFormat(format: unknown): JsonObject {
  if (format === undefined || format === null) return {};
  const { type, ...schema } = isJsonObject(format) ? format : {};
  switch (type) {
    // Chat's default.
    case "text":
      return {};
    case "json_object":
      return { response_format: { type } };
    case "json_schema":
      return { response_format: { type, json_schema: schema } };
    default:
      throw badRequest(
        "Invalid value for 'text.format.type': use 'text', 'json_object' or 'json_schema'.",
        "text.format.type",
        "invalid_value",
      );
  }
}

function toLimit(limit: unknown): JsonObject {
  return limit === undefined || limit === null ? {} : { max_completion_tokens: limit };
}

function toEffort(reasoning: unknown): JsonObject {
  const effort = isJsonObject(reasoning) ? reasoning["effort"] : undefined;
  return typeof effort === "string" ? { reasoning_effort: effort } : {};
}

/** Backends refuse top_logprobs without logprobs, which only `include` asks for. */
function toLogprobs(body: JsonObject): JsonObject {
  const { include, top_logprobs: top } = body;
  if (!Array.isArray(include) || !include.includes("message.output_text.logprobs")) return {};
  return { logprobs: true, ...(typeof top === "number" ? { top_logprobs: top } : {}) };
}

/** The last event of a Responses stream always tells the usage. */
function toStreamOptions(body: JsonObject): JsonObject {
  if (body["stream"] !== true) return {};
  const options = isJsonObject(body["stream_options"]) ? body["stream_options"] : {};
  return { stream_options: { ...options, include_usage: true } };
}
