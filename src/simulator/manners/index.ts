/** The table of servers by name. */
import { llamaServer } from "./llama-server/server.ts";
import { lmStudio } from "./lmstudio/server.ts";
import { ollama } from "./ollama/server.ts";
import type { Manners } from "./names.ts";
import type { ServerManners } from "./server-manners.ts";
import { vllm } from "./vllm/server.ts";

/** Every server's manners. */
export const serverManners: Readonly<Record<Manners, ServerManners>> = {
  lmstudio: lmStudio,
  "llama-server": llamaServer,
  ollama,
  vllm,
};
