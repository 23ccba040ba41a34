/** The role that newer OpenAI models have for system messages. Knows no answer. */
import { changeList } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const developerRole: Mend = {
  id: "developer-role",
  title: "Messages of the role `developer` become `system`, which every chat template knows.",
  source: "BT#669, BT#1730",
  kinds: localKinds,
  endpoints: ["chat"],
  looksAt: ["messages"],
  request: (body) =>
    changeList(body, "messages", (message) =>
      message["role"] === "developer" ? { ...message, role: "system" } : undefined,
    ),
};
