/** What may be written of models: names, targets of names, options. */
import { z } from "zod";

export const modelName = z.string().min(1);

const targetByKind = z
  .strictObject({
    chat: modelName.optional().describe("For chat, completions and responses."),
    embeddings: modelName.optional().describe("For embeddings."),
  })
  .refine((value) => value.chat !== undefined || value.embeddings !== undefined, {
    error: "a model name under `chat`, `embeddings` or both",
    params: { hint: 'write { "chat": "…", "embeddings": "…" } or one plain name for both' },
  });

export const target = z.union([modelName, targetByKind]);

export const model = z.strictObject({
  reasoning: z
    .enum(["separate", "inline", "drop"])
    .optional()
    .describe(
      "Where its reasoning goes: into reasoning_content (the default), into the content as <think>, or nowhere.",
    ),
  merge_system: z
    .boolean()
    .optional()
    .describe(
      "Joins system messages into a first one, and neighbours of one role, for strict chat templates.",
    ),
  context_length: z
    .int()
    .positive()
    .optional()
    .describe("Tokens that its prompt and answer may have, where the backend does not tell."),
  embedding_batch: z
    .int()
    .positive()
    .optional()
    .describe("The most inputs of one embeddings request; more are sent in parts. Default: 512."),
});
