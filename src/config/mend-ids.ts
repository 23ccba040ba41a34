/** The names of all mends, as they stand in `x-proxy-mends` and may be switched off by. What each does stands in `dialects/mends/`. */

export const mendIds = [
  // requests
  "json-object-format",
  "named-tool-choice",
  "legacy-functions",
  "developer-role",
  "text-parts",
  "image-on-text-model",
  "image-url",
  "image-format",
  "image-format-ollama",
  "null-content",
  "system-first",
  "null-fields",
  "empty-stop",
  "max-completion-tokens",
  "unlimited-max-tokens",
  "tool-parameters",
  "tool-strict",
  "schema-dialect",
  "tool-result-text",
  "openai-only-fields",
  "tool-call-ids",
  "stream-usage",
  "several-choices",
  "required-tool-retry",
  // embeddings
  "embedding-tokens",
  "embedding-base64",
  "embedding-dimensions",
  "embedding-batches",
  // answers
  "hidden-overflow",
  "single-tool-call",
  "structured-output-in-reasoning",
  "tool-calls-in-text",
  "reasoning-field",
  "finish-reason",
  "message-shape",
  "extra-fields",
  "usage-numbers",
  "answer-envelope",
  "logprobs-shape",
  "response-shape",
] as const;

export type MendId = (typeof mendIds)[number];
