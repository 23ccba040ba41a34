/** Answers a request for vectors. Knows no server's words. */
import { encodeFloats } from "../protocol/base64-floats.ts";
import type { EmbeddingsEndpoint, Respond } from "./manners/server-manners.ts";
import { defaultDimensions } from "./models.ts";
import { Refusal } from "./refusal.ts";
import { readJson } from "./read-body.ts";
import { respondJson } from "./respond.ts";
import { createSeededRandom, hashText } from "./seeded.ts";

/** The route of an endpoint: one vector for each input, in order. */
export function createEmbeddingsRoute(endpoint: EmbeddingsEndpoint): Respond {
  return async (context, box) => {
    const ask = endpoint.read(await readJson(context, box));
    // A small physical batch: the mend `embedding-batches` answers it.
    if (context.var.order.quirks.has("two-embeddings-at-most") && ask.inputs.length > 2) {
      throw new Refusal(500, "input is too large; increase the physical batch size");
    }
    const model = await box.memory.serve("embeddings", ask.model, context.var.work.signal);
    const vectors = ask.inputs.map((input) => {
      const whole = createEmbedding(input, model.dimensions ?? defaultDimensions);
      const vector = ask.dimensions === undefined ? whole : toUnitLength(whole.slice(0, ask.dimensions));
      return ask.isBase64 ? encodeFloats(vector) : vector;
    });
    const created = Math.floor(box.timing.now() / 1_000);
    return respondJson(context, box, endpoint.whole(model.id, vectors, ask, created));
  };
}

/** A unit vector that the text determines; likeness of texts is not likeness of vectors. */
export function createEmbedding(text: string, dimensions: number): readonly number[] {
  const random = createSeededRandom(hashText(text));
  return toUnitLength(Array.from({ length: dimensions }, () => random() * 2 - 1));
}

function toUnitLength(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
