/** Tool results that are no text. Knows no answer. */
import { changeList, textOfParts } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const toolResultText: Mend = {
  id: "tool-result-text",
  title: "A tool result that is an object, a list or a number is sent as JSON text.",
  source: "BT#1077",
  kinds: localKinds,
  endpoints: ["chat"],
  request: (body) =>
    changeList(body, "messages", (message) => {
      const { role, content } = message;
      if ((role !== "tool" && role !== "function") || typeof content === "string") return undefined;
      if (content === undefined || content === null) return undefined;
      return { ...message, content: textOfParts(content) ?? JSON.stringify(content) };
    }),
};
