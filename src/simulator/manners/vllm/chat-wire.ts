/** Chat answers in vLLM's form, whole and as chunks, as its source forms them. */
import type { Answer } from "../../answer.ts";
import { interleave } from "../../interleave.ts";
import { toLogprob } from "../../logprobs.ts";
import type { StreamEvent } from "../../stream-event.ts";
import type { WireFacts } from "../../wire-facts.ts";
import type { TextAsk } from "../server-manners.ts";
import { formatUsage, sumUsage } from "./usage.ts";

/** Every field that there is, most of them null: the mends `message-shape` and `extra-fields`. */
export function formatChat(facts: WireFacts, answers: readonly Answer[], ask: TextAsk): object {
  return {
    ...formatHead(facts, "chat.completion"),
    choices: answers.map((answer, index) => formatChoice(answer, index, ask)),
    service_tier: null,
    system_fingerprint: null,
    usage: { ...formatUsage(sumUsage(answers)), prompt_tokens_details: null },
    prompt_logprobs: null,
    prompt_token_ids: null,
    kv_transfer_params: null,
  };
}

function formatChoice(answer: Answer, index: number, ask: TextAsk): object {
  const pieces = [...answer.content];
  const reasoning = answer.reasoning.join("");
  return {
    index,
    message: {
      role: "assistant",
      // Null beside tool calls: the mend `message-shape`.
      content: answer.toolCalls.length > 0 ? null : pieces.join(""),
      refusal: null,
      annotations: null,
      audio: null,
      function_call: null,
      tool_calls: answer.toolCalls.map(({ id, name, arguments: args }) => ({
        id,
        type: "function",
        function: { name, arguments: args.join("") },
      })),
      // Renamed from `reasoning_content` (vLLM PR#27752): the mend `reasoning-field`.
      reasoning: reasoning === "" ? null : reasoning,
    },
    logprobs: logprobsOf(pieces, ask),
    finish_reason: finishOf(answer, ask),
    stop_reason: null,
    token_ids: null,
  };
}

/** A call that was demanded by name ends with `stop`: the mend `finish-reason`. */
function finishOf({ finishReason }: Answer, { isToolNamed }: TextAsk): string {
  return finishReason === "tool_calls" && isToolNamed === true ? "stop" : finishReason;
}

function logprobsOf(pieces: readonly string[], { topLogprobs }: TextAsk): object | null {
  return topLogprobs === undefined ? null : { content: pieces.map((piece) => toLogprob(piece, topLogprobs)) };
}

/** The answer as chunks, those of several choices mixed, without `usage: null` in them: the mend `stream-usage`. */
export function* formatChatEvents(
  facts: WireFacts,
  answers: readonly Answer[],
  ask: TextAsk,
): Generator<StreamEvent> {
  yield* interleave(answers.map((answer, index) => choiceEvents(facts, answer, index, ask)));
  if (ask.includeUsage) {
    const usage = { ...formatHead(facts, chunkObject), choices: [], usage: formatUsage(sumUsage(answers)) };
    yield { stage: "close", data: JSON.stringify(usage) };
  }
  yield { stage: "close", data: "[DONE]" };
}

const chunkObject = "chat.completion.chunk";

function* choiceEvents(
  facts: WireFacts,
  answer: Answer,
  index: number,
  ask: TextAsk,
): Generator<StreamEvent> {
  const head = formatHead(facts, chunkObject);
  const chunk = (delta: object, more: object = {}) => {
    const choice = { index, delta, logprobs: null, finish_reason: null, ...more };
    return JSON.stringify({ ...head, choices: [choice] });
  };
  const opening = { index, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null };
  yield { stage: "open", data: JSON.stringify({ ...head, choices: [opening], prompt_token_ids: null }) };
  for (const text of answer.reasoning) {
    yield { stage: "piece", data: chunk({ reasoning: text }, { token_ids: null }) };
  }
  for (const text of answer.content) {
    yield {
      stage: "piece",
      data: chunk({ content: text }, { logprobs: logprobsOf([text], ask), token_ids: null }),
    };
  }
  for (const [place, call] of answer.toolCalls.entries()) {
    const named = { id: call.id, type: "function", index: place, function: { name: call.name } };
    yield { stage: "piece", data: chunk({ tool_calls: [named] }, { token_ids: null }) };
    for (const text of call.arguments) {
      const piece = { tool_calls: [{ index: place, function: { arguments: text } }] };
      yield { stage: "piece", data: chunk(piece, { token_ids: null }) };
    }
  }
  const finish = { finish_reason: finishOf(answer, ask), stop_reason: null, token_ids: null };
  yield { stage: "close", data: chunk({ content: "" }, finish) };
}

function formatHead({ id, created, model }: WireFacts, object: string): object {
  return { id, object, created, model };
}
