/** Several prompts where a backend takes one string. Most of it stands in the pipeline: it takes more than one request. */
import type { Mend } from "../mend.ts";

export const severalPrompts: Mend = {
  id: "several-prompts",
  title:
    "A list of prompts is got by as many requests side by side, joined to one answer with the usage summed; a list of one becomes its string.",
  source:
    "LM Studio's and Ollama's documents; llama-server counts one prompt only (recorded: completion-list)",
  kinds: ["lmstudio", "llama-server", "ollama"],
  endpoints: ["completions"],
  applies: ({ asked: { prompt } }) => Array.isArray(prompt) && typeof prompt[0] !== "number",
  request(body) {
    const { prompt } = body;
    return Array.isArray(prompt) && prompt.length === 1 ? { ...body, prompt: prompt[0] } : undefined;
  },
};
