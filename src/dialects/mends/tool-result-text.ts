/** Tool results that are no text. Knows no answer. */
import { isJsonObject } from "../../protocol/openai/fields.ts";
import { changeList, textOfParts } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

/** Each is the name of the field that holds its value, too. */
const partTypes: ReadonlySet<string> = new Set(["text", "image_url", "input_audio", "file"]);

export const toolResultText: Mend = {
  id: "tool-result-text",
  title: "A tool result that is an object, a list or a number is sent as JSON text.",
  source: "BT#1077",
  kinds: localKinds,
  endpoints: ["chat"],
  looksAt: ["messages"],
  request: (body) =>
    changeList(body, "messages", (message) => {
      const { role, content } = message;
      if ((role !== "tool" && role !== "function") || typeof content === "string") return undefined;
      if (content === undefined || content === null) return undefined;
      if (!isPartList(content)) return { ...message, content: JSON.stringify(content) };
      const text = textOfParts(content);
      // Parts that are no text, such as images, are for the backend to judge.
      return text === undefined ? undefined : { ...message, content: text };
    }),
};

/** Whether a list holds OpenAI's content parts, each with its own field, and not a tool's own data. */
function isPartList(content: unknown): boolean {
  return (
    Array.isArray(content) &&
    content.every((part: unknown) => {
      if (!isJsonObject(part)) return false;
      const { type } = part;
      return typeof type === "string" && partTypes.has(type) && type in part;
    })
  );
}
