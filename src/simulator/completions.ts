/** POST /v1/completions, the older endpoint without roles. */
import { z } from "zod";
import { type Answer, createAnswer } from "./answer.ts";
import type { Box, SimulatorContext } from "./box.ts";
import { formatUsage, type WireFacts } from "./chat-wire.ts";
import { barePrompt, toMaxTokens, toStops } from "./prompt.ts";
import { readBody } from "./read-body.ts";
import { respondEvents, respondJson } from "./respond.ts";
import type { StreamEvent } from "./stream-event.ts";
import { createWireId } from "./wire-id.ts";

const completionBody = z.looseObject({
  model: z.string({ error: "'model' field must be a string" }).nullish(),
  prompt: z.string({ error: "'prompt' field must be a string" }),
  stream: z.boolean({ error: "'stream' field must be a boolean" }).nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.number({ error: "'max_tokens' field must be a number" }).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
});

/** Answers a completion; the thoughts of a reasoning model are left out, as there is no field for them. */
export async function answerCompletion(context: SimulatorContext, box: Box): Promise<Response> {
  const body = await readBody(context, completionBody);
  const model = await box.memory.serve("chat", body.model ?? "", context.var.work.signal);
  const turns = [{ role: "user", text: body.prompt, imageCount: 0 }] as const;
  const prompt = {
    ...barePrompt,
    turns,
    maxTokens: toMaxTokens(body.max_tokens),
    stops: toStops(body.stop),
  };
  const answer = createAnswer({ ...model, isReasoning: false }, prompt, context.var.order.pieces);
  const created = Math.floor(box.timing.now() / 1_000);
  const facts = { id: createWireId("cmpl-"), created, model: model.id };
  if (body.stream !== true) {
    const text = [...answer.content].join("");
    const whole = {
      ...head(facts),
      choices: [choice(text, answer.finishReason)],
      usage: formatUsage(answer.usage),
      stats: {},
    };
    return respondJson(context, box, whole, answer.usage.completionTokens);
  }
  const includeUsage = body.stream_options?.include_usage === true;
  return respondEvents(context, box, formatEvents(facts, answer, includeUsage));
}

function* formatEvents(facts: WireFacts, answer: Answer, includeUsage: boolean): Generator<StreamEvent> {
  for (const text of answer.content) {
    yield { stage: "piece", data: JSON.stringify({ ...head(facts), choices: [choice(text, null)] }) };
  }
  const last = { ...head(facts), choices: [choice("", answer.finishReason)] };
  yield { stage: "close", data: JSON.stringify(last) };
  const usage = { ...head(facts), choices: [], usage: formatUsage(answer.usage) };
  if (includeUsage) yield { stage: "close", data: JSON.stringify(usage) };
  yield { stage: "close", data: "[DONE]" };
}

function head({ id, created, model }: WireFacts): object {
  return { id, object: "text_completion", created, model, system_fingerprint: model };
}

function choice(text: string, finishReason: string | null): object {
  return { index: 0, text, logprobs: null, finish_reason: finishReason };
}
