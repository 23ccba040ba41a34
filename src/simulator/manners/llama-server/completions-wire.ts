/** Completions in llama-server's form, key for key as recorded. Knows nothing of how they came about. */
import type { Answer } from "../../answer.ts";
import { interleave } from "../../interleave.ts";
import type { StreamEvent } from "../../stream-event.ts";
import type { WireFacts } from "../../wire-facts.ts";
import type { TextAsk } from "../server-manners.ts";
import { logprobsOf } from "./chat-wire.ts";
import { fingerprint, formatTimings, formatUsage } from "./timings.ts";

/** Log probabilities stand in chat's form (completion-logprobs): the mend `message-shape`. */
export function formatCompletion(facts: WireFacts, answers: readonly Answer[], ask: TextAsk): object {
  const [first] = answers;
  return {
    choices: answers.map((answer, index) => {
      const pieces = [...answer.content];
      const logprobs = { logprobs: null, ...logprobsOf(pieces, ask) };
      return { text: pieces.join(""), index, ...logprobs, finish_reason: answer.finishReason };
    }),
    ...formatHead(facts),
    // Of a list of prompts only one is counted.
    ...(first === undefined ? {} : { usage: formatUsage(first.usage) }),
    id: facts.id,
    ...(first === undefined ? {} : { timings: formatTimings(first.usage) }),
  };
}

/** The same as chunks. Usage stands in the last of each choice, asked for or not (completion-stream): `stream-usage`. */
export function* formatCompletionEvents(
  facts: WireFacts,
  answers: readonly Answer[],
  ask: TextAsk,
): Generator<StreamEvent> {
  yield* interleave(answers.map((answer, index) => choiceEvents(facts, answer, index, ask)));
  yield { stage: "close", data: "[DONE]" };
}

function* choiceEvents(
  facts: WireFacts,
  answer: Answer,
  index: number,
  ask: TextAsk,
): Generator<StreamEvent> {
  const tail = { id: facts.id };
  for (const text of answer.content) {
    const choice = { text, index, logprobs: null, ...logprobsOf([text], ask), finish_reason: null };
    yield { stage: "piece", data: JSON.stringify({ choices: [choice], ...formatHead(facts), ...tail }) };
  }
  const choice = { text: "", index, logprobs: null, finish_reason: answer.finishReason };
  const counts = { usage: formatUsage(answer.usage), ...tail, timings: formatTimings(answer.usage) };
  yield { stage: "close", data: JSON.stringify({ choices: [choice], ...formatHead(facts), ...counts }) };
}

function formatHead({ created, model }: WireFacts): object {
  return { created, model, system_fingerprint: fingerprint, object: "text_completion" };
}
