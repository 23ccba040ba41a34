/** POST /v1/embeddings. */
import { z } from "zod";
import type { Box, SimulatorContext } from "./box.ts";
import { defaultDimensions } from "./models.ts";
import { estimateTokens } from "./pieces.ts";
import { readBody } from "./read-body.ts";
import { respondJson } from "./respond.ts";
import { createSeededRandom, hashText } from "./seeded.ts";

// `encoding_format` and `dimensions` are passed over: floats come back, all of them (BT#756).
const embeddingsBody = z.looseObject({
  model: z.string({ error: "'model' field must be a string" }).nullish(),
  // Token ids are refused, though OpenAI takes them (local-deep-research#4349).
  input: z.union([z.string(), z.array(z.string())], {
    error: "'input' field must be a string or an array of strings",
  }),
});

/** Answers with one vector for each text, in order. */
export async function answerEmbeddings(context: SimulatorContext, box: Box): Promise<Response> {
  const body = await readBody(context, embeddingsBody);
  const model = await box.memory.serve("embeddings", body.model ?? "", context.var.work.signal);
  const texts = typeof body.input === "string" ? [body.input] : body.input;
  const tokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
  const dimensions = model.dimensions ?? defaultDimensions;
  const data = texts.map((text, index) => ({
    object: "embedding",
    embedding: createEmbedding(text, dimensions),
    index,
  }));
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return respondJson(context, box, { object: "list", data, model: model.id, usage });
}

/** A unit vector that the text determines; likeness of texts is not likeness of vectors. */
export function createEmbedding(text: string, dimensions: number): readonly number[] {
  const random = createSeededRandom(hashText(text));
  const vector = Array.from({ length: dimensions }, () => random() * 2 - 1);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
