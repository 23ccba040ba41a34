/** Chat answers in LM Studio's form, whole and as chunks. Knows nothing of how they came about. */
import type { Answer } from "../../answer.ts";
import type { StreamEvent } from "../../stream-event.ts";
import type { WireFacts } from "../../wire-facts.ts";

/**
 * The whole answer. `tool_calls` is there even when empty (BT#1318, the mend `message-shape`), `stats` is always empty
 * (BT#601, the mend `extra-fields`).
 */
export function formatChat(facts: WireFacts, answer: Answer): Record<string, unknown> {
  const calls = answer.toolCalls.map((call) => formatCall(call.id, call.name, call.arguments.join("")));
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
    usage: formatUsage(answer),
    stats: {},
    // The model's name rather than a fingerprint (BT#676): the mend `answer-envelope`.
    system_fingerprint: facts.model,
  };
}

/** The answer as chunks. The role is in every delta, not only in the first (BT#676): the mend `message-shape`. */
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
  for (const [index, call] of answer.toolCalls.entries()) {
    yield piece({ tool_calls: [{ index, ...formatCall(call.id, call.name, "") }] });
    for (const text of call.arguments)
      yield piece({ tool_calls: [{ index, function: { arguments: text } }] });
  }
  yield { stage: "close", data: formatChunk(facts, {}, answer.finishReason) };
  // And no `usage: null` before it: the mend `stream-usage` (BT#676).
  if (includeUsage) yield { stage: "close", data: formatUsageChunk(facts, answer) };
  yield { stage: "close", data: "[DONE]" };
}

/** Token counts; the details are told of reasoning models only, and a cut answer is one token short (BT#2335). */
export function formatUsage({ usage, finishReason }: Answer): Record<string, unknown> {
  const completionTokens = Math.max(0, usage.completionTokens - (finishReason === "length" ? 1 : 0));
  const details = { completion_tokens_details: { reasoning_tokens: usage.reasoningTokens } };
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: completionTokens,
    total_tokens: usage.promptTokens + completionTokens,
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

function formatUsageChunk(facts: WireFacts, answer: Answer): string {
  return JSON.stringify({ ...chunkHead(facts), choices: [], usage: formatUsage(answer) });
}

function chunkHead({ id, created, model }: WireFacts): object {
  return { id, object: "chat.completion.chunk", created, model, system_fingerprint: model };
}
