/** Tools and tool_choice of a Responses request in the words of chat completions. Knows no other field. */
import { badRequest } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { functionName } from "../../protocol/openai/parts.ts";
import { requireString, unsupported } from "./require-field.ts";

const modes: ReadonlySet<unknown> = new Set(["none", "auto", "required"]);

/** The chat fields `tools`, `tool_choice` and `parallel_tool_calls`; none of them where there are no tools. */
export function toToolFields(body: JsonObject): JsonObject {
  const tools = toChatTools(body["tools"]);
  const choice = toToolChoice(body["tool_choice"], tools);
  // Without tools, chat backends refuse the other two.
  if (choice.tools.length === 0) return {};
  const parallel = body["parallel_tool_calls"];
  return {
    tools: choice.tools,
    ...(choice.choice === undefined ? {} : { tool_choice: choice.choice }),
    ...(typeof parallel === "boolean" ? { parallel_tool_calls: parallel } : {}),
  };
}

function toChatTools(tools: unknown): readonly JsonObject[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) {
    throw badRequest("Invalid value for 'tools': expected an array.", "tools", "invalid_type");
  }
  return tools.map((tool: unknown, index) => toChatTool(tool, `tools[${index}]`));
}

function toChatTool(tool: unknown, path: string): JsonObject {
  if (!isJsonObject(tool)) {
    throw badRequest(`Invalid value for '${path}': expected an object.`, path, "invalid_type");
  }
  const { type, ...facts } = tool;
  if (type !== "function") {
    throw unsupported(
      `The tool type '${String(type)}'`,
      `${path}.type`,
      "Built-in tools run on OpenAI's own servers; offer a tool of type 'function' instead.",
    );
  }
  // Some clients send chat's own nested form.
  if (isJsonObject(tool["function"])) return tool;
  requireString(tool, "name", path);
  const given = Object.entries(facts).filter(([, value]) => value !== null);
  return { type, function: Object.fromEntries(given) };
}

interface Choice {
  readonly tools: readonly JsonObject[];
  readonly choice: unknown;
}

function toToolChoice(choice: unknown, tools: readonly JsonObject[]): Choice {
  if (choice === undefined || choice === null) return { tools, choice: undefined };
  if (modes.has(choice)) {
    if (choice === "required" && tools.length === 0) throw noTool("required");
    return { tools, choice };
  }
  const type = isJsonObject(choice) ? choice["type"] : undefined;
  if (!isJsonObject(choice) || (type !== "function" && type !== "allowed_tools")) {
    throw unsupported(
      `The tool choice '${typeof type === "string" ? type : JSON.stringify(choice)}'`,
      "tool_choice",
      "Use 'none', 'auto', 'required', or name a function tool.",
    );
  }
  if (type === "allowed_tools") return toAllowed(choice, tools);
  const name = functionName(choice) ?? requireString(choice, "name", "tool_choice");
  if (!tools.some((tool) => functionName(tool) === name)) throw noTool(name);
  return { tools, choice: { type, function: { name } } };
}

/** Backends do not know a list of allowed tools, but offering only those says the same. */
function toAllowed(choice: JsonObject, tools: readonly JsonObject[]): Choice {
  const allowed = Array.isArray(choice["tools"]) ? choice["tools"].filter(isJsonObject) : [];
  const names = new Set(allowed.map((tool) => functionName(tool) ?? tool["name"]));
  const offered = tools.filter((tool) => names.has(functionName(tool)));
  const mode = choice["mode"] === "required" ? "required" : "auto";
  if (mode === "required" && offered.length === 0) throw noTool("allowed_tools");
  return { tools: offered, choice: mode };
}

function noTool(choice: string) {
  return badRequest(
    `Invalid value for 'tool_choice': '${choice}' was chosen, but 'tools' has no such function.`,
    "tool_choice",
    "invalid_value",
  );
}
