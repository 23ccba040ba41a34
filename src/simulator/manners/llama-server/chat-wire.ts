/** Chat answers in llama-server's form, key for key as recorded. Knows nothing of how they came about. */
import type { Answer } from "../../answer.ts";
import { interleave } from "../../interleave.ts";
import { toLogprob } from "../../logprobs.ts";
import type { StreamEvent } from "../../stream-event.ts";
import type { WireFacts } from "../../wire-facts.ts";
import type { TextAsk } from "../server-manners.ts";
import { fingerprint, formatTimings, formatUsage } from "./timings.ts";

/** Choices first, the id near the end, `timings` last (the mend `extra-fields`); usage counts one choice (chat-n2). */
export function formatChat(facts: WireFacts, answers: readonly Answer[], ask: TextAsk): object {
  const [first] = answers;
  return {
    choices: answers.map((answer, index) => formatChoice(answer, index, ask)),
    created: facts.created,
    model: facts.model,
    system_fingerprint: fingerprint,
    object: "chat.completion",
    ...(first === undefined ? {} : { usage: formatUsage(first.usage) }),
    id: facts.id,
    ...(first === undefined ? {} : { timings: formatTimings(first.usage) }),
  };
}

function formatChoice(answer: Answer, index: number, ask: TextAsk): object {
  const pieces = [...answer.content];
  const reasoning = answer.reasoning.join("");
  const calls = answer.toolCalls.map(({ id, name, arguments: args }) => ({
    type: "function",
    function: { name, arguments: args.join("") },
    // Bare: the mend `tool-call-ids` (recorded: tools-required).
    id,
  }));
  const message = {
    role: "assistant",
    content: pieces.join(""),
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return { finish_reason: answer.finishReason, index, message, ...logprobsOf(pieces, ask) };
}

/**
 * The key is absent where nothing was asked: the mend `message-shape`. Ids and alternatives that nobody asked for: the
 * mend `logprobs-shape`.
 */
export function logprobsOf(pieces: readonly string[], { topLogprobs }: TextAsk): object {
  if (topLogprobs === undefined) return {};
  return {
    logprobs: { content: pieces.map((piece) => ({ id: piece.length, ...toLogprob(piece, topLogprobs) })) },
  };
}

/** The answer as chunks, those of several choices mixed, the last choice first (recorded: chat-n2-stream). */
export function* formatChatEvents(
  facts: WireFacts,
  answers: readonly Answer[],
  ask: TextAsk,
): Generator<StreamEvent> {
  yield* interleave(answers.map((answer, index) => choiceEvents(facts, answer, index, ask)));
  const [first] = answers;
  if (ask.includeUsage && first !== undefined) {
    const usage = { usage: formatUsage(first.usage), timings: formatTimings(first.usage) };
    yield { stage: "close", data: formatChunk(facts, [], usage) };
  }
  yield { stage: "close", data: "[DONE]" };
}

function* choiceEvents(
  facts: WireFacts,
  answer: Answer,
  index: number,
  ask: TextAsk,
): Generator<StreamEvent> {
  const chunk = (delta: object, more: object = {}) =>
    formatChunk(facts, [{ finish_reason: null, index, delta, ...more }]);
  // Content of null, which several clients trip over: the mend `message-shape`. The first token is in the same read.
  yield { stage: "open", data: chunk({ role: "assistant", content: null }), joinsNext: true };
  for (const text of answer.reasoning) yield { stage: "piece", data: chunk({ reasoning_content: text }) };
  for (const text of answer.content) {
    yield { stage: "piece", data: chunk({ content: text }, logprobsOf([text], ask)) };
  }
  for (const [place, call] of answer.toolCalls.entries()) {
    const [opening = "", ...pieces] = call.arguments;
    // The first chunk of a call has a first piece of its arguments too.
    const named = { id: call.id, type: "function", function: { name: call.name, arguments: opening } };
    yield { stage: "piece", data: chunk({ tool_calls: [{ index: place, ...named }] }) };
    for (const text of pieces) {
      yield {
        stage: "piece",
        data: chunk({ tool_calls: [{ index: place, function: { arguments: text } }] }),
      };
    }
  }
  const finish = [{ finish_reason: answer.finishReason, index, delta: {} }];
  // Timings stand in the last chunk, whichever that is.
  const timings = ask.includeUsage ? {} : { timings: formatTimings(answer.usage) };
  yield { stage: "close", data: formatChunk(facts, finish, timings), joinsNext: ask.includeUsage };
}

function formatChunk(facts: WireFacts, choices: readonly object[], more: object = {}): string {
  const { created, id, model } = facts;
  const head = { created, id, model, system_fingerprint: fingerprint, object: "chat.completion.chunk" };
  return JSON.stringify({ choices, ...head, ...more });
}
