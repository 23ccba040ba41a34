/** The `$schema` line that schema libraries write, which grammars of local servers stumble over. Knows no answer. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, without } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const schemaDialect: Mend = {
  id: "schema-dialect",
  title:
    "The `$schema` line is left out of schemas of tools and of structured output: it says nothing to a model.",
  source: "LM Studio's documents of structured output; zod and pydantic write it",
  kinds: localKinds,
  endpoints: ["chat", "responses"],
  looksAt: ["tools", "response_format"],
  request(body) {
    const tools = changeList(
      body,
      "tools",
      (tool) =>
        plainAt(tool, "parameters") ?? changeObject(tool, "function", (one) => plainAt(one, "parameters")),
    );
    const current = tools ?? body;
    return (
      changeObject(current, "response_format", (format) =>
        changeObject(format, "json_schema", (wanted) => plainAt(wanted, "schema")),
      ) ?? tools
    );
  },
};

function plainAt(holder: JsonObject, key: string): JsonObject | undefined {
  const schema = holder[key];
  const plain = isJsonObject(schema) ? without(schema, ["$schema"]) : undefined;
  return plain === undefined ? undefined : { ...holder, [key]: plain };
}
