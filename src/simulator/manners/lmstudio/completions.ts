/** LM Studio's older endpoint without roles. Knows nothing of how answers come about. */
import { z } from "zod";
import type { Answer } from "../../answer.ts";
import { barePrompt } from "../../prompt.ts";
import { asksForUsage } from "../../request-rules.ts";
import type { StreamEvent } from "../../stream-event.ts";
import type { WireFacts } from "../../wire-facts.ts";
import { createWireId } from "../../wire-id.ts";
import type { TextEndpoint } from "../server-manners.ts";
import { formatUsage } from "./chat-wire.ts";
import { readFields, toMaxTokens, toStops } from "./request-fields.ts";

const completionBody = z.looseObject({
  model: z.string({ error: "'model' field must be a string" }).nullish(),
  // Neither a list nor token ids: the mends `several-prompts` and `prompt-tokens`.
  prompt: z.string({ error: "'prompt' field must be a string" }),
  stream: z.boolean({ error: "'stream' field must be a boolean" }).nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.number({ error: "'max_tokens' field must be a number" }).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
});

/** Takes one prompt and gives one choice. */
export const completions: TextEndpoint = {
  createId: () => createWireId("cmpl-"),
  read(given) {
    const body = readFields(given, completionBody);
    const turns = [{ role: "user", text: body.prompt, imageCount: 0 }] as const;
    const limits = { maxTokens: toMaxTokens(body.max_tokens), stops: toStops(body.stop) };
    return {
      model: body.model ?? "",
      prompts: [{ ...barePrompt, turns, ...limits }],
      choices: 1,
      isStream: body.stream === true,
      includeUsage: asksForUsage(body),
      topLogprobs: undefined,
    };
  },
  whole: (facts, answers) => {
    const text = answers.flatMap(({ content }) => [...content]).join("");
    return {
      ...head(facts),
      choices: [choice(text, answers[0]?.finishReason ?? null)],
      usage: answers.map(formatUsage)[0],
      stats: {},
    };
  },
  *events(facts, answers, { includeUsage }) {
    for (const answer of answers) yield* formatEvents(facts, answer, includeUsage);
  },
};

function* formatEvents(facts: WireFacts, answer: Answer, includeUsage: boolean): Generator<StreamEvent> {
  for (const text of answer.content) {
    yield { stage: "piece", data: JSON.stringify({ ...head(facts), choices: [choice(text, null)] }) };
  }
  const last = { ...head(facts), choices: [choice("", answer.finishReason)] };
  yield { stage: "close", data: JSON.stringify(last) };
  const usage = { ...head(facts), choices: [], usage: formatUsage(answer) };
  if (includeUsage) yield { stage: "close", data: JSON.stringify(usage) };
  yield { stage: "close", data: "[DONE]" };
}

function head({ id, created, model }: WireFacts): object {
  return { id, object: "text_completion", created, model, system_fingerprint: model };
}

function choice(text: string, finishReason: string | null): object {
  return { index: 0, text, logprobs: null, finish_reason: finishReason };
}
