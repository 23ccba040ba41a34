/** Completions in vLLM's form, whole and as chunks, as its source forms them. */
import type { Answer } from "../../answer.ts";
import { interleave } from "../../interleave.ts";
import { toLogprob } from "../../logprobs.ts";
import type { StreamEvent } from "../../stream-event.ts";
import type { WireFacts } from "../../wire-facts.ts";
import type { TextAsk } from "../server-manners.ts";
import { formatUsage, sumUsage } from "./usage.ts";

/** The whole completion. */
export function formatCompletion(facts: WireFacts, answers: readonly Answer[], ask: TextAsk): object {
  return {
    ...formatHead(facts),
    choices: answers.map((answer, index) => {
      const pieces = [...answer.content];
      return {
        index,
        text: pieces.join(""),
        logprobs: logprobsOf(pieces, 0, ask),
        finish_reason: answer.finishReason,
        stop_reason: null,
        token_ids: null,
        prompt_logprobs: null,
        prompt_token_ids: null,
      };
    }),
    service_tier: null,
    system_fingerprint: null,
    usage: { ...formatUsage(sumUsage(answers)), prompt_tokens_details: null },
    kv_transfer_params: null,
  };
}

/** The completion as chunks. */
export function* formatCompletionEvents(
  facts: WireFacts,
  answers: readonly Answer[],
  ask: TextAsk,
): Generator<StreamEvent> {
  yield* interleave(answers.map((answer, index) => choiceEvents(facts, answer, index, ask)));
  if (ask.includeUsage) {
    const usage = { ...formatHead(facts), choices: [], usage: formatUsage(sumUsage(answers)) };
    yield { stage: "close", data: JSON.stringify(usage) };
  }
  yield { stage: "close", data: "[DONE]" };
}

function* choiceEvents(
  facts: WireFacts,
  answer: Answer,
  index: number,
  ask: TextAsk,
): Generator<StreamEvent> {
  const chunk = (text: string, logprobs: object | null, finishReason: string | null) => {
    const choice = { index, text, logprobs, finish_reason: finishReason, stop_reason: null };
    return JSON.stringify({ ...formatHead(facts), choices: [choice] });
  };
  let offset = 0;
  for (const text of answer.content) {
    yield { stage: "piece", data: chunk(text, logprobsOf([text], offset, ask), null) };
    offset += text.length;
  }
  yield { stage: "close", data: chunk("", null, answer.finishReason) };
}

/** In the form of completions: four lists of one length. */
function logprobsOf(pieces: readonly string[], start: number, { topLogprobs }: TextAsk): object | null {
  if (topLogprobs === undefined) return null;
  const told = pieces.map((piece) => toLogprob(piece, topLogprobs));
  let offset = start;
  return {
    text_offset: pieces.map((piece) => (offset += piece.length) - piece.length),
    token_logprobs: told.map(({ logprob }) => logprob),
    tokens: pieces,
    top_logprobs: told.map(({ top_logprobs: alternatives }) =>
      Object.fromEntries(alternatives.map(({ token, logprob }) => [token, logprob])),
    ),
  };
}

function formatHead({ id, created, model }: WireFacts): object {
  return { id, object: "text_completion", created, model };
}
