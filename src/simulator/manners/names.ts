/** The servers whose wire manners the simulator knows, by name. */

/** Every name. */
export const manners = ["lmstudio", "llama-server", "ollama", "vllm"] as const;
/** One of the names. */
export type Manners = (typeof manners)[number];
