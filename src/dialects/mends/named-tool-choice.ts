/** A `tool_choice` that names tools, for backends that know words only. Knows no answer. */
import { badRequest, type ProxyError } from "../../errors.ts";
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
  looksAt: ["tool_choice"],
  request(body) {
    const choice = body["tool_choice"];
    if (!isJsonObject(choice)) return undefined;
    if (choice["type"] === "allowed_tools") {
      const allowed = isJsonObject(choice["allowed_tools"]) ? choice["allowed_tools"] : choice;
      const mode = allowed["mode"] === "required" ? "required" : "auto";
      return chooseFrom(body, objectsIn(allowed["tools"]), mode);
    }
    if ((choice["type"] ?? "function") !== "function") throw unknownType(choice["type"]);
    return chooseFrom(body, [choice], "required");
  },
};

function chooseFrom(body: JsonObject, wanted: readonly JsonObject[], mode: "auto" | "required"): JsonObject {
  const tools = objectsIn(body["tools"]);
  const known = tools.flatMap((tool) => functionName(tool) ?? []);
  const names = wanted.map((tool) => functionName(tool) ?? tool["name"]);
  const missing = names.filter((name) => typeof name !== "string" || !known.includes(name));
  if (names.length === 0 || missing.length > 0) throw unknownTool(missing[0], known);
  return { ...body, tools: tools.filter((tool) => names.includes(functionName(tool))), tool_choice: mode };
}

function unknownTool(name: unknown, known: readonly string[]): ProxyError {
  const named = typeof name === "string" ? `names the tool \`${name}\`, which is not in` : "names no tool of";
  const list = known.length === 0 ? "none is there" : known.join(", ");
  return badRequest(`tool_choice ${named} \`tools\`: ${list}.`, "tool_choice", "invalid_value");
}

/** Sent on it would be refused, or taken for auto without a word. */
function unknownType(type: unknown): ProxyError {
  return badRequest(
    `tool_choice is an object of type ${JSON.stringify(type)}, which this backend has not: send "none", "auto" or "required" as a plain string, or an object of type "function" or "allowed_tools".`,
    "tool_choice",
    "invalid_value",
  );
}
