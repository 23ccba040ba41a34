/** Several choices where a backend gives one at a time. What is done stands in the pipeline: it takes more than one request. */
import type { Mend } from "../mend.ts";

/** As many as OpenAI allows. */
const maxChoices = 128;

export const severalChoices: Mend = {
  id: "several-choices",
  title:
    "`n` choices are got by as many requests side by side, joined to one answer or stream with the usage summed.",
  source:
    "LM Studio's and Ollama's documents know no `n`; llama-server counts one choice only, and has as many as slots (recorded: chat-n2, chat-n9-over-slots)",
  kinds: ["lmstudio", "llama-server", "ollama"],
  endpoints: ["chat", "completions"],
  applies: ({ asked: { n } }) => typeof n === "number" && n > 1 && n <= maxChoices,
};
