/** The table of dialects by backend type. */
import type { BackendType } from "../config/schema.ts";
import type { Dialect } from "./dialect.ts";
import { lmStudioInstanceList, lmStudioModelList } from "./lmstudio-models.ts";
import { llamaServerModelList, ollamaModelList, openaiModelList, servedModelList } from "./model-lists.ts";
import { lmStudioLoading } from "./model-loading.ts";

export const dialects = {
  lmstudio: {
    label: "LM Studio",
    modelLists: [lmStudioInstanceList, lmStudioModelList, openaiModelList],
    loading: lmStudioLoading,
  },
  "llama-server": { label: "llama-server", modelLists: [llamaServerModelList] },
  ollama: { label: "Ollama", modelLists: [ollamaModelList] },
  vllm: { label: "vLLM", modelLists: [servedModelList] },
  openai: { label: "The backend", modelLists: [openaiModelList] },
} as const satisfies Record<BackendType, Dialect>;
