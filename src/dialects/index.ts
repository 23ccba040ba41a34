/** The table of dialects by backend type. */
import type { BackendType } from "../config/schema.ts";
import type { Dialect } from "./dialect.ts";
import { lmStudioModelList, openaiModelList, servedModelList } from "./model-lists.ts";

export const dialects = {
  lmstudio: { label: "LM Studio", modelLists: [lmStudioModelList, openaiModelList] },
  "llama-server": { label: "llama-server", modelLists: [servedModelList] },
  ollama: { label: "Ollama", modelLists: [openaiModelList] },
  vllm: { label: "vLLM", modelLists: [servedModelList] },
  openai: { label: "The backend", modelLists: [openaiModelList] },
} as const satisfies Record<BackendType, Dialect>;
