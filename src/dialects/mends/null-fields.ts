/** Fields that are null, which OpenAI takes for absent. Knows no answer. */
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const nullFields: Mend = {
  id: "null-fields",
  title:
    "Fields that are null are dropped from the request, its messages and its tools, as OpenAI reads them.",
  source: "GhidrAssist#18, optillm#272, autogen#2050",
  kinds: localKinds,
  endpoints: ["chat", "completions", "embeddings"],
  request(body) {
    const outer = withoutNulls(body);
    const messages = changeList(outer ?? body, "messages", withoutNulls);
    const tools = changeList(messages ?? outer ?? body, "tools", (tool) => {
      const inner = changeObject(tool, "function", withoutNulls);
      return withoutNulls(inner ?? tool) ?? inner;
    });
    return tools ?? messages ?? outer;
  },
};

function withoutNulls(body: JsonObject): JsonObject | undefined {
  const entries = Object.entries(body);
  const kept = entries.filter(([, value]) => value !== null);
  return kept.length === entries.length ? undefined : Object.fromEntries(kept);
}
