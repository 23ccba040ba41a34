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

const split = z.strictObject({
  targets: z
    .array(
      z.strictObject({
        model: modelName.describe("Its name on the backends."),
        weight: z
          .number()
          .nonnegative()
          .default(1)
          .describe("Its share of the requests, relative to the others."),
      }),
    )
    .min(1)
    .refine((targets) => targets.some(({ weight }) => weight > 0), {
      error: "at least one target with a weight above 0",
      params: { hint: "give one of them a weight such as 1" },
    })
    .describe("Chat models that share the requests for the name."),
  sticky: z
    .string()
    .regex(/^(key|user|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+)$/, 'one of "key", "user", "header:NAME"')
    .default("key")
    .describe(
      'What keeps the same target: the client\'s "key", the request\'s "user" field, or "header:NAME"; each request is drawn anew where it is missing.',
    ),
  shadow: z
    .strictObject({
      model: modelName.describe("Its name on the backends."),
      share: z.number().min(0).max(1).default(1).describe("Of the requests; 1 is each of them."),
    })
    .optional()
    .describe("A model that gets copies of the requests; what it answers is dropped."),
});

export const target = z.union([modelName, targetByKind, split]);

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
