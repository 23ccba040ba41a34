/** Ollama's chat and completions, whole and as chunks, as its source forms them. */
import type { Answer, Usage } from "../../answer.ts";
import type { StreamEvent } from "../../stream-event.ts";
import type { WireFacts } from "../../wire-facts.ts";
import type { TextAsk } from "../server-manners.ts";

/** Neither `logprobs` nor `refusal`, and thoughts in `reasoning`: the mends `message-shape` and `reasoning-field`. */
export function formatChat(facts: WireFacts, answers: readonly Answer[]): object {
  return {
    ...formatHead(facts, "chat.completion"),
    choices: answers.map((answer, index) => ({
      index,
      message: { role: "assistant", content: [...answer.content].join(""), ...extrasOf(answer) },
      finish_reason: answer.finishReason,
    })),
    usage: answers.map(({ usage }) => formatUsage(usage))[0],
  };
}

/** The answer as chunks, without `usage: null` in them: the mend `stream-usage`. */
export function* formatChatEvents(
  facts: WireFacts,
  answers: readonly Answer[],
  ask: TextAsk,
): Generator<StreamEvent> {
  const head = formatHead(facts, "chat.completion.chunk");
  // Role and content stand in every delta: the mend `message-shape`.
  const chunk = (delta: object, finishReason: string | null) =>
    JSON.stringify({
      ...head,
      choices: [
        { index: 0, delta: { role: "assistant", content: "", ...delta }, finish_reason: finishReason },
      ],
    });
  for (const answer of answers) {
    for (const text of answer.reasoning) yield { stage: "piece", data: chunk({ reasoning: text }, null) };
    for (const text of answer.content) yield { stage: "piece", data: chunk({ content: text }, null) };
    const { toolCalls } = answer;
    // A call comes whole, all calls in one chunk.
    if (toolCalls.length > 0)
      yield { stage: "piece", data: chunk({ tool_calls: formatCalls(answer) }, null) };
    yield { stage: "close", data: chunk({}, answer.finishReason) };
    if (ask.includeUsage) {
      const usage = { ...head, choices: [], usage: formatUsage(answer.usage) };
      yield { stage: "close", data: JSON.stringify(usage) };
    }
  }
  yield { stage: "close", data: "[DONE]" };
}

/** The whole completion. */
export function formatCompletion(facts: WireFacts, answers: readonly Answer[]): object {
  return {
    ...formatHead(facts, "text_completion"),
    choices: answers.map((answer, index) => ({
      text: [...answer.content].join(""),
      index,
      finish_reason: answer.finishReason,
    })),
    usage: answers.map(({ usage }) => formatUsage(usage))[0],
  };
}

/** The completion as chunks. */
export function* formatCompletionEvents(
  facts: WireFacts,
  answers: readonly Answer[],
  ask: TextAsk,
): Generator<StreamEvent> {
  const head = formatHead(facts, "text_completion");
  const chunk = (text: string, finishReason: string | null) =>
    JSON.stringify({ ...head, choices: [{ text, index: 0, finish_reason: finishReason }] });
  for (const answer of answers) {
    for (const text of answer.content) yield { stage: "piece", data: chunk(text, null) };
    yield { stage: "close", data: chunk("", answer.finishReason) };
    if (ask.includeUsage) {
      const usage = { ...head, choices: [], usage: formatUsage(answer.usage) };
      yield { stage: "close", data: JSON.stringify(usage) };
    }
  }
  yield { stage: "close", data: "[DONE]" };
}

function extrasOf(answer: Answer): object {
  const reasoning = answer.reasoning.join("");
  const calls = answer.toolCalls.length > 0 ? { tool_calls: formatCalls(answer) } : {};
  return { ...(reasoning === "" ? {} : { reasoning }), ...calls };
}

function formatCalls({ toolCalls }: Answer): readonly object[] {
  return toolCalls.map(({ id, name, arguments: args }, index) => ({
    id,
    index,
    type: "function",
    function: { name, arguments: args.join("") },
  }));
}

function formatHead({ id, created, model }: WireFacts, object: string): object {
  return { id, object, created, model, system_fingerprint: "fp_ollama" };
}

function formatUsage({ promptTokens, completionTokens }: Usage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
