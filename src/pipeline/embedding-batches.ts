/** Embeddings of many inputs: one request, or one after another where there are more than the backend takes at once. */
import { selectMendsOfAny } from "../dialects/apply.ts";
import { embeddingBatches } from "../dialects/mends/embedding-batches.ts";
import { mergeEmbeddings } from "../normalise/merge-embeddings.ts";
import { usageOf } from "../protocol/openai/read-usage.ts";
import type { JsonObject } from "../protocol/openai/fields.ts";
import { goOn, parseAnswer } from "./answer-body.ts";
import { mayAnswer } from "./may-answer.ts";
import { openHedged } from "./hedge.ts";
import { type ModelRequestBody, toRequestBody } from "./request-body.ts";
import { factsOf, type Journey, type OpenAnswer } from "./open-answer.ts";

const batches = [embeddingBatches];

export async function openEmbeddings(
  clientHeaders: Headers,
  request: ModelRequestBody,
  journey: Journey,
): Promise<OpenAnswer> {
  const { exchange, services } = journey;
  const { input } = request.fields;
  const facts = factsOf(request, journey);
  const isNeeded = selectMendsOfAny(batches, mayAnswer(exchange, services), facts).length > 0;
  if (!isNeeded || !Array.isArray(input)) return openHedged(clientHeaders, request, journey);
  const answers: JsonObject[] = [];
  let last: OpenAnswer | undefined;
  const mends = new Set<string>([embeddingBatches.id]);
  let attempts = 0;
  for (const part of partsOf(input, facts.options.embeddingBatch)) {
    exchange.attempts = 0;
    last?.attempt.release();
    last = await openHedged(clientHeaders, withInput(request, part, facts.model), journey);
    attempts += exchange.attempts;
    for (const id of exchange.mends) mends.add(id);
    const { answer, attempt } = last;
    if (answer.kind === "json") answers.push(goOn(last, () => parseAnswer(answer, attempt.backend)));
  }
  if (last?.answer.kind !== "json") throw new Error("Embeddings came as a stream, or there was no input.");
  Object.assign(exchange, { attempts, mends });
  const merged = goOn(last, () => mergeEmbeddings(answers));
  const bytes = new TextEncoder().encode(JSON.stringify(merged));
  return { attempt: last.attempt, answer: { ...last.answer, bytes, usage: usageOf(merged) } };
}

function partsOf(input: readonly unknown[], size: number): readonly (readonly unknown[])[] {
  return Array.from({ length: Math.ceil(input.length / size) }, (_part, index) =>
    input.slice(index * size, (index + 1) * size),
  );
}

function withInput({ fields }: ModelRequestBody, input: readonly unknown[], model: string): ModelRequestBody {
  return toRequestBody({ ...fields, model: fields.model, input }, model);
}
