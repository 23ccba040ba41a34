/** The models that the simulator has on its disk. Knows nothing of which are in memory later on. */

export interface SimulatedModel {
  readonly id: string;
  /** LM Studio's own words for the kinds. */
  readonly type: "llm" | "vlm" | "embeddings";
  /** Whether it is in memory from the start, as if loaded by hand. Default: false. */
  readonly isLoaded?: boolean;
  /** Whether it thinks before it answers. Default: false. */
  readonly isReasoning?: boolean;
  /** Whether its thoughts stand between `<think>` tags, for servers that leave them there. Default: false. */
  readonly hasThinkTags?: boolean;
  /** Whether it knows tools from its prompt alone and writes its calls as text. Default: false. */
  readonly hasToolsInText?: boolean;
  /** In tokens. Default: 32768. */
  readonly maxContextLength?: number;
  /** The length of its embeddings. Default: 768. */
  readonly dimensions?: number;
}

export const defaultContextLength = 32_768;
export const defaultDimensions = 768;

/** How many tokens fit into it. */
export function contextLengthOf(model: SimulatedModel): number {
  return model.maxContextLength ?? defaultContextLength;
}

/** What an endpoint wants of a model. */
export type ModelKind = "chat" | "embeddings";

/** Those that can serve an endpoint of a kind. */
export function modelsOfKind(models: readonly SimulatedModel[], kind: ModelKind): readonly SimulatedModel[] {
  return models.filter((model) => (model.type === "embeddings") === (kind === "embeddings"));
}

/** The built-in list: every name says that there is no real model behind it. */
export const defaultModels: readonly SimulatedModel[] = [
  { id: "simulated/qwen3-8b", type: "llm", isLoaded: true },
  { id: "simulated/llama-3.1-8b-instruct", type: "llm", maxContextLength: 131_072 },
  { id: "simulated/qwen2.5-vl-7b", type: "vlm" },
  { id: "simulated/deepseek-r1-8b", type: "llm", isReasoning: true },
  { id: "text-embedding-simulated-nomic", type: "embeddings", isLoaded: true, maxContextLength: 2_048 },
  { id: "simulated/gemma-3-4b", type: "llm", hasToolsInText: true },
  { id: "simulated/qwq-think-tags", type: "llm", isReasoning: true, hasThinkTags: true },
];
