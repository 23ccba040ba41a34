/** Assistant messages without content. Knows no answer. */
import { changeList } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const nullContent: Mend = {
  id: "null-content",
  title: "Content that is null or missing, as beside tool calls, becomes an empty string.",
  source: "BT#261",
  kinds: localKinds,
  endpoints: ["chat"],
  looksAt: ["messages"],
  request: (body) =>
    changeList(body, "messages", (message) =>
      message["content"] === undefined || message["content"] === null
        ? { ...message, content: "" }
        : undefined,
    ),
};
