/** LM Studio's embeddings: floats, whatever is asked, and no count of tokens. */
import { z } from "zod";
import type { EmbeddingsEndpoint } from "../server-manners.ts";
import { readFields } from "./request-fields.ts";

// `encoding_format` and `dimensions` are passed over (BT#756): the mends `embedding-base64`, `embedding-dimensions`.
const embeddingsBody = z.looseObject({
  model: z.string({ error: "'model' field must be a string" }).nullish(),
  // Token ids are refused, though OpenAI takes them (local-deep-research#4349): the mend `embedding-tokens`.
  input: z.union([z.string(), z.array(z.string())], {
    error: "'input' field must be a string or an array of strings",
  }),
});

/** Reads texts and nothing else. */
export const embeddings: EmbeddingsEndpoint = {
  read(given) {
    const body = readFields(given, embeddingsBody);
    const inputs = typeof body.input === "string" ? [body.input] : body.input;
    return { model: body.model ?? "", inputs, isBase64: false, dimensions: undefined };
  },
  whole: (model, vectors) => ({
    object: "list",
    data: vectors.map((embedding, index) => ({ object: "embedding", embedding, index })),
    model,
    // Nothing is counted (LM Studio's REST documents): the mend `usage-numbers`.
    usage: { prompt_tokens: 0, total_tokens: 0 },
  }),
};
