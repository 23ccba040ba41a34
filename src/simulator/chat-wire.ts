/** Chat answers in LM Studio's form, whole and as chunks. Knows nothing of how they came about. */
import type { Answer, Usage } from "./answer.ts";
import type { StreamEvent } from "./stream-event.ts";

/** What is the same in every part of one answer. */
export interface WireFacts {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
}

/** The whole answer. `tool_calls` is there even when empty (BT#1318), `stats` is always empty (BT#601). */
export function formatChat(facts: WireFacts, answer: Answer): Record<string, unknown> {
  const call = answer.toolCall;
  const calls = call === undefined ? [] : [formatCall(call.id, call.name, call.arguments.join(""))];
  const reasoning = answer.reasoning.join("");
  const message = {
    role: "assistant",
    content: [...answer.content].join(""),
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    tool_calls: calls,
  };
  return {
    id: facts.id,
    object: "chat.completion",
    created: facts.created,
    model: facts.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }],
    usage: formatUsage(answer.usage),
    stats: {},
    // The model's name rather than a fingerprint (BT#676).
    system_fingerprint: facts.model,
  };
}

/** The answer as chunks. The role is in every delta, not only in the first (BT#676). */
export function* formatChatEvents(
  facts: WireFacts,
  answer: Answer,
  includeUsage: boolean,
): Generator<StreamEvent> {
  const piece = (delta: object): StreamEvent => ({
    stage: "piece",
    data: formatChunk(facts, { role: "assistant", ...delta }, null),
  });
  for (const text of answer.reasoning) yield piece({ reasoning_content: text });
  for (const text of answer.content) yield piece({ content: text });
  const call = answer.toolCall;
  if (call !== undefined) {
    yield piece({ tool_calls: [{ index: 0, ...formatCall(call.id, call.name, "") }] });
    for (const text of call.arguments)
      yield piece({ tool_calls: [{ index: 0, function: { arguments: text } }] });
  }
  yield { stage: "close", data: formatChunk(facts, {}, answer.finishReason) };
  if (includeUsage) yield { stage: "close", data: formatUsageChunk(facts, answer.usage) };
  yield { stage: "close", data: "[DONE]" };
}

/** Token counts; the details are told of reasoning models only (BT#2335). */
export function formatUsage(usage: Usage): Record<string, unknown> {
  const details = { completion_tokens_details: { reasoning_tokens: usage.reasoningTokens } };
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    ...(usage.reasoningTokens > 0 ? details : {}),
  };
}

function formatCall(id: string, name: string, args: string): object {
  return { id, type: "function", function: { name, arguments: args } };
}

function formatChunk(facts: WireFacts, delta: object, finishReason: string | null): string {
  const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason };
  return JSON.stringify({ ...chunkHead(facts), choices: [choice] });
}

function formatUsageChunk(facts: WireFacts, usage: Usage): string {
  return JSON.stringify({ ...chunkHead(facts), choices: [], usage: formatUsage(usage) });
}

function chunkHead({ id, created, model }: WireFacts): object {
  return { id, object: "chat.completion.chunk", created, model, system_fingerprint: model };
}
