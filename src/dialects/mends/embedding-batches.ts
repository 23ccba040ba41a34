/** More inputs than a backend takes at once. What is done stands in the pipeline: it takes more than one request. */
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const embeddingBatches: Mend = {
  id: "embedding-batches",
  title:
    "Inputs beyond `model_options.NAME.embedding_batch` are sent one part after another, the vectors put back in order and the usage summed.",
  source:
    "OpenAI takes 2,048 inputs; local servers have smaller batches, llama-server's recorded error among them",
  kinds: localKinds,
  endpoints: ["embeddings"],
  applies: ({ asked: { input }, options }) =>
    Array.isArray(input) && input.length > options.embeddingBatch && typeof input[0] !== "number",
};
