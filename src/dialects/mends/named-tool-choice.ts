/** A `tool_choice` that names tools, for backends that know words only. Knows no answer. */
import { badRequest } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { functionName, objectsIn } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";

export const namedToolChoice: Mend = {
  id: "named-tool-choice",
  title:
    "A `tool_choice` that names a tool becomes `required` with only that tool, `allowed_tools` its mode with only those.",
  source: "BT#670; llama-server takes the object for auto (recorded: tools-named-choice); Ollama's documents",
  kinds: ["lmstudio", "llama-server", "ollama"],
  endpoints: ["chat"],
  request(body) {
    const choice = body["tool_choice"];
    if (!isJsonObject(choice)) return undefined;
    if (choice["type"] === "allowed_tools") {
      const allowed = isJsonObject(choice["allowed_tools"]) ? choice["allowed_tools"] : choice;
      return chooseFrom(
        body,
        objectsIn(allowed["tools"]),
        allowed["mode"] === "required" ? "required" : "auto",
      );
    }
    return chooseFrom(body, [choice], "required");
  },
};

function chooseFrom(body: JsonObject, wanted: readonly JsonObject[], mode: "auto" | "required"): JsonObject {
  const names = wanted.map((tool) => functionName(tool) ?? tool["name"]);
  const tools = objectsIn(body["tools"]);
  const known = tools.map(functionName);
  const missing = names.find((name) => typeof name !== "string" || !known.includes(name));
  if (names.length === 0 || missing !== undefined) {
    throw badRequest(
      `tool_choice names the tool \`${String(missing)}\`, which is not in \`tools\`: ${known.join(", ") || "none is there"}.`,
      "tool_choice",
      "invalid_value",
    );
  }
  return { ...body, tools: tools.filter((tool) => names.includes(functionName(tool))), tool_choice: mode };
}
