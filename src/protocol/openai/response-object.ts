/** The Response object around its output: what was asked, how it ended, what it cost. Knows no items and no events. */
import { isJsonObject, type JsonObject } from "./fields.ts";

/** What the caller decides about a response, as its id and time need randomness and a clock. */
export interface ResponseFacts {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly model: string;
  readonly previousResponseId: string | null;
}

/** How far a response is. */
export type ResponseStatus = "in_progress" | "completed" | "incomplete" | "failed";

/** What is known only at its end. */
export interface ResponseEnd {
  readonly status: ResponseStatus;
  readonly output: readonly JsonObject[];
  readonly usage: unknown;
  readonly incompleteReason: "max_output_tokens" | "content_filter" | null;
  readonly error: JsonObject | null;
}

/** The end of a response that goes on. */
export const notEnded: ResponseEnd = {
  status: "in_progress",
  output: [],
  usage: undefined,
  incompleteReason: null,
  error: null,
};

/** The whole object; what the request left out is told with OpenAI's defaults. */
export function formatResponse(asked: JsonObject, facts: ResponseFacts, end: ResponseEnd): JsonObject {
  return {
    id: facts.id,
    object: "response",
    created_at: facts.createdAt,
    status: end.status,
    background: false,
    error: end.error,
    incomplete_details: end.incompleteReason === null ? null : { reason: end.incompleteReason },
    instructions: asked["instructions"] ?? null,
    max_output_tokens: asked["max_output_tokens"] ?? null,
    max_tool_calls: asked["max_tool_calls"] ?? null,
    model: facts.model,
    output: end.output,
    parallel_tool_calls: asked["parallel_tool_calls"] ?? true,
    previous_response_id: facts.previousResponseId,
    prompt_cache_key: asked["prompt_cache_key"] ?? null,
    reasoning: { effort: null, summary: null, ...objectOf(asked["reasoning"]) },
    safety_identifier: asked["safety_identifier"] ?? null,
    service_tier: asked["service_tier"] ?? "default",
    store: asked["store"] ?? true,
    temperature: asked["temperature"] ?? 1,
    text: formatText(objectOf(asked["text"])),
    tool_choice: asked["tool_choice"] ?? "auto",
    tools: formatTools(asked["tools"]),
    top_logprobs: asked["top_logprobs"] ?? 0,
    top_p: asked["top_p"] ?? 1,
    truncation: asked["truncation"] ?? "disabled",
    usage: formatUsage(end.usage),
    user: asked["user"] ?? null,
    metadata: asked["metadata"] ?? {},
  };
}

/** `response.error` for an error body; its code comes from a closed list. */
export function formatResponseError(body: unknown): JsonObject {
  const error = objectOf(objectOf(body)["error"]);
  const { code, type, message } = error;
  return {
    code: errorCodeOf(code, type),
    message: typeof message === "string" && message !== "" ? message : "The backend failed to answer.",
  };
}

const ownCodes: ReadonlySet<unknown> = new Set(["server_error", "rate_limit_exceeded", "invalid_prompt"]);

function errorCodeOf(code: unknown, type: unknown): unknown {
  if (ownCodes.has(code)) return code;
  if (type === "requests" || type === "tokens" || type === "rate_limit_error") return "rate_limit_exceeded";
  return type === "invalid_request_error" ? "invalid_prompt" : "server_error";
}

/** The format is always told, and whether it is strict. */
function formatText(text: JsonObject): JsonObject {
  const format = isJsonObject(text["format"]) ? text["format"] : { type: "text" };
  if (format["type"] !== "json_schema") return { ...text, format };
  return { ...text, format: { strict: null, ...format } };
}

function formatTools(tools: unknown): readonly unknown[] {
  if (!Array.isArray(tools)) return [];
  return tools.map((tool: unknown) =>
    isJsonObject(tool) ? { description: null, parameters: null, strict: null, ...tool } : tool,
  );
}

/** Null where the backend told no usage. */
function formatUsage(usage: unknown): JsonObject | null {
  if (!isJsonObject(usage)) return null;
  const input = countOf(usage["prompt_tokens"]);
  const output = countOf(usage["completion_tokens"]);
  const inputDetails = objectOf(usage["prompt_tokens_details"]);
  const outputDetails = objectOf(usage["completion_tokens_details"]);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: countOf(inputDetails["cached_tokens"]),
      cache_write_tokens: countOf(inputDetails["cache_write_tokens"]),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: countOf(outputDetails["reasoning_tokens"]) },
    total_tokens: typeof usage["total_tokens"] === "number" ? usage["total_tokens"] : input + output,
  };
}

function countOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
