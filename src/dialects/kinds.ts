/** Lists of backend kinds that mends share. Data only. */
import type { BackendType } from "../config/schema.ts";

/** Every kind but OpenAI itself. */
export const localKinds = [
  "lmstudio",
  "llama-server",
  "ollama",
  "vllm",
] as const satisfies readonly BackendType[];
