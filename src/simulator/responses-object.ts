/** The Responses endpoint's object and its items. Knows nothing of streams. */
import type { ToolCall, Usage } from "./answer.ts";
import type { ResponsesBody } from "./responses-request.ts";
import { createWireId } from "./wire-id.ts";

export type Json = Readonly<Record<string, unknown>>;
type ItemStatus = "in_progress" | "completed" | "incomplete";

/** What is the same in every state of one response. */
export interface ResponseFacts {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly model: string;
  readonly body: ResponsesBody;
}

/** The response while it is being made: no output, no usage. */
export function formatBegun(facts: ResponseFacts): Json {
  const { body } = facts;
  return {
    id: facts.id,
    object: "response",
    created_at: facts.createdAt,
    status: "in_progress",
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: {},
    model: facts.model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: body["previous_response_id"] ?? null,
    temperature: body["temperature"] ?? 1,
    text: body["text"] ?? { format: { type: "text" } },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: body["tools"] ?? [],
    top_p: body["top_p"] ?? 1,
    usage: null,
  };
}

/** The response at its end. */
export function formatEnded(
  facts: ResponseFacts,
  output: readonly Json[],
  usage: Usage,
  isCut: boolean,
): Json {
  return {
    ...formatBegun(facts),
    status: isCut ? "incomplete" : "completed",
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output,
    usage: {
      input_tokens: usage.promptTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: usage.completionTokens,
      output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
      total_tokens: usage.promptTokens + usage.completionTokens,
    },
  };
}

export function createItemId(prefix: "msg_" | "rs_" | "fc_"): string {
  return createWireId(prefix);
}

export function formatTextPart(text: string): Json {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

export function formatMessageItem(id: string, status: ItemStatus, content: readonly Json[]): Json {
  return { id, type: "message", status, role: "assistant", content };
}

export function formatReasoningItem(id: string, status: ItemStatus, text: string): Json {
  const content = text === "" ? [] : [{ type: "reasoning_text", text }];
  return { id, type: "reasoning", status, summary: [], content };
}

export function formatCallItem(id: string, status: ItemStatus, call: ToolCall, args: string): Json {
  return { id, type: "function_call", status, call_id: call.id, name: call.name, arguments: args };
}
