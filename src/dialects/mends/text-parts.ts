/** Content in parts that are all text. Knows no answer. */
import { changeList, textOfParts } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";

export const textParts: Mend = {
  id: "text-parts",
  title:
    "Content given as a list of text parts, or as an empty list, becomes one string; lists with images stay.",
  source: "BT#261, BT#393; the C# library OpenAI_API sends every message so",
  kinds: ["lmstudio", "llama-server", "ollama"],
  endpoints: ["chat"],
  looksAt: ["messages"],
  request: (body) =>
    changeList(body, "messages", (message) => {
      const text = textOfParts(message["content"]);
      return text === undefined ? undefined : { ...message, content: text };
    }),
};
