/** The newer name of the length limit. Knows no answer. */
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const maxCompletionTokens: Mend = {
  id: "max-completion-tokens",
  title: "`max_completion_tokens` is sent as `max_tokens` too, the name that every backend knows.",
  source: "llamafile#701, llama-cpp-python#1907, Ollama's request struct",
  kinds: localKinds,
  endpoints: ["chat"],
  looksAt: ["max_completion_tokens"],
  request(body) {
    const limit = body["max_completion_tokens"];
    if (typeof limit !== "number" || (body["max_tokens"] ?? null) !== null) return undefined;
    return { ...body, max_tokens: limit };
  },
};
