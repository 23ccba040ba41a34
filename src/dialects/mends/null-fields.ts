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
    const messages = changeList(outer ?? body, "messages", mendMessage) ?? outer;
    const tools = changeList(messages ?? body, "tools", mendTool) ?? messages;
    return changeObject(tools ?? body, "response_format", mendFormat) ?? tools;
  },
};

/** Arguments are text and not looked into. */
function mendMessage(message: JsonObject): JsonObject | undefined {
  const outer = withoutNulls(message);
  const parts = changeList(outer ?? message, "content", mendPart) ?? outer;
  return changeList(parts ?? message, "tool_calls", mendTool) ?? parts;
}

function mendPart(part: JsonObject): JsonObject | undefined {
  const outer = withoutNulls(part);
  return changeObject(outer ?? part, "image_url", withoutNulls) ?? outer;
}

/** A tool or a call of one. Null means something in the schema of its parameters, which stays as it is. */
function mendTool(tool: JsonObject): JsonObject | undefined {
  const outer = withoutNulls(tool);
  return changeObject(outer ?? tool, "function", withoutNulls) ?? outer;
}

function mendFormat(format: JsonObject): JsonObject | undefined {
  const outer = withoutNulls(format);
  return changeObject(outer ?? format, "json_schema", withoutNulls) ?? outer;
}

function withoutNulls(body: JsonObject): JsonObject | undefined {
  for (const key in body) {
    if (body[key] === null)
      return Object.fromEntries(Object.entries(body).filter(([, kept]) => kept !== null));
  }
  return undefined;
}
