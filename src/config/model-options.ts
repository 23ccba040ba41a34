/** What the operator says of single models on the backends. Pure. */
import { compilePattern, literalLength } from "./name-pattern.ts";
import type { ModelConfig } from "./schema.ts";

export interface ModelOptions {
  readonly reasoning: "separate" | "inline" | "drop";
  readonly mergesSystem: boolean;
  /** In tokens; undefined where the backend is to tell. */
  readonly contextLength: number | undefined;
  /** The most inputs of one embeddings request. */
  readonly embeddingBatch: number;
}

export const defaultModelOptions: ModelOptions = {
  reasoning: "separate",
  mergesSystem: false,
  contextLength: undefined,
  embeddingBatch: 512,
};

/** Names may be a client's to make up. */
const mostRemembered = 1_000;

/** Finds the options of a model by its name on the backend; of patterns that match, the most specific wins each option. */
export function createModelOptions(
  configured: Readonly<Record<string, ModelConfig>>,
): (model: string) => ModelOptions {
  const leastSpecificFirst = Object.entries(configured)
    .sort(([a], [b]) => specificity(a) - specificity(b))
    .map(([pattern, config]) => ({ matches: compilePattern(pattern), options: toOptions(config) }));
  if (leastSpecificFirst.length === 0) return () => defaultModelOptions;
  const found = new Map<string, ModelOptions>();
  return (model) => {
    const known = found.get(model);
    if (known !== undefined) return known;
    const options: ModelOptions = Object.assign(
      { ...defaultModelOptions },
      ...leastSpecificFirst.filter(({ matches }) => matches.test(model)).map((fitting) => fitting.options),
    );
    if (found.size < mostRemembered) found.set(model, options);
    return options;
  };
}

function specificity(pattern: string): number {
  return pattern.includes("*") ? literalLength(pattern) : Infinity;
}

function toOptions(config: ModelConfig): Partial<ModelOptions> {
  return {
    ...(config.reasoning === undefined ? {} : { reasoning: config.reasoning }),
    ...(config.merge_system === undefined ? {} : { mergesSystem: config.merge_system }),
    ...(config.context_length === undefined ? {} : { contextLength: config.context_length }),
    ...(config.embedding_batch === undefined ? {} : { embeddingBatch: config.embedding_batch }),
  };
}
