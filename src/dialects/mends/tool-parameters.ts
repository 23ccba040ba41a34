/** Tools whose parameters a strict backend refuses. Knows no answer. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const toolParameters: Mend = {
  id: "tool-parameters",
  title: "Tool parameters that are missing, null or no plain object schema are completed to one.",
  source: "docker-agent#278, lms#537, BT#1652",
  kinds: localKinds,
  endpoints: ["chat", "responses"],
  looksAt: ["tools"],
  request: (body) =>
    changeList(body, "tools", (tool) =>
      // Responses have the function's name and parameters beside the type.
      tool["type"] === "function" && typeof tool["name"] === "string"
        ? completed(tool)
        : changeObject(tool, "function", completed),
    ),
};

function completed(definition: JsonObject): JsonObject | undefined {
  const parameters = isJsonObject(definition["parameters"]) ? definition["parameters"] : {};
  if (parameters["type"] === "object" && isJsonObject(parameters["properties"])) return undefined;
  // A schema that says what it is by other words is the author's business.
  if (["$ref", "anyOf", "oneOf", "allOf"].some((word) => word in parameters)) return undefined;
  const properties = isJsonObject(parameters["properties"]) ? parameters["properties"] : {};
  return { ...definition, parameters: { ...parameters, type: "object", properties } };
}
