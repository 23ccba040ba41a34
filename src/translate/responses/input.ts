/** The input of a Responses request as chat messages. Knows nothing of the request's other fields. */
import { badRequest } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { type ChatContent, toChatContent } from "./content.ts";
import { requireString, unsupported } from "./require-field.ts";

const roles: ReadonlySet<unknown> = new Set(["user", "assistant", "system", "developer"]);

/** Chat messages for a string or a list of items; an absent input has none. */
export function toMessages(input: unknown): readonly JsonObject[] {
  if (input === undefined || input === null) return [];
  if (typeof input === "string") return [{ role: "user", content: input }];
  if (!Array.isArray(input)) {
    throw badRequest("Invalid value for 'input': expected a string or an array.", "input", "invalid_type");
  }
  const messages: JsonObject[] = [];
  for (const [index, item] of input.entries()) {
    const message = toMessage(item, `input[${index}]`);
    if (message !== undefined) addMessage(messages, message);
  }
  return messages;
}

function toMessage(item: unknown, path: string): JsonObject | undefined {
  if (!isJsonObject(item)) {
    throw badRequest(`Invalid value for '${path}': expected an object.`, path, "invalid_type");
  }
  const type = item["type"] ?? ("role" in item ? "message" : "item_reference");
  switch (type) {
    case "message":
      return toRoleMessage(item, path);
    case "function_call":
      return toCallMessage(item, path);
    case "function_call_output":
      return {
        role: "tool",
        tool_call_id: requireString(item, "call_id", path),
        content: toChatContent(item["output"], `${path}.output`),
      };
    // Chat messages have no room for thoughts, and templates drop those of earlier turns.
    case "reasoning":
      return undefined;
    case "item_reference":
      throw unsupported("An item_reference", path, "Send the item itself, or use previous_response_id.");
    default:
      throw unsupported(
        `An input item of type '${String(type)}'`,
        `${path}.type`,
        "Send messages, function_call and function_call_output items.",
      );
  }
}

function toRoleMessage(item: JsonObject, path: string): JsonObject {
  const { role } = item;
  if (!roles.has(role)) {
    throw badRequest(
      `Invalid value for '${path}.role': use 'user', 'assistant', 'system' or 'developer'.`,
      `${path}.role`,
      "invalid_value",
    );
  }
  // An assistant's parts are pieces of one text; those of others are texts of their own.
  const separator = role === "assistant" ? "" : "\n";
  return { role, content: toChatContent(item["content"], `${path}.content`, separator) };
}

function toCallMessage(item: JsonObject, path: string): JsonObject {
  const id = requireString(item, "call_id", path);
  const name = requireString(item, "name", path);
  const called = { name, arguments: requireString(item, "arguments", path) };
  return {
    role: "assistant",
    content: null,
    tool_calls: [{ id, type: "function", function: called }],
  };
}

/**
 * One turn of the assistant is several items, but one chat message: its text and all its calls, with the tools'
 * results right behind it.
 */
function addMessage(messages: JsonObject[], message: JsonObject): void {
  const last = messages.at(-1);
  const isSameTurn =
    last?.["role"] === "assistant" &&
    message["role"] === "assistant" &&
    (hasCalls(last) || hasCalls(message));
  if (isSameTurn) messages.splice(-1, 1, joinTurn(last, message));
  else messages.push(message);
}

function joinTurn(first: JsonObject, second: JsonObject): JsonObject {
  const calls = [...callsOf(first), ...callsOf(second)];
  const content = joinContent(first["content"], second["content"]);
  return { ...first, content, tool_calls: calls };
}

function joinContent(first: unknown, second: unknown): ChatContent | null {
  const contents = [first, second].filter((content) => typeof content === "string" || Array.isArray(content));
  const [only, other] = contents;
  if (only === undefined) return null;
  if (other === undefined) return only;
  if (typeof only === "string" && typeof other === "string") return `${only}${other}`;
  return [...toParts(only), ...toParts(other)];
}

function toParts(content: ChatContent): readonly JsonObject[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function callsOf(message: JsonObject): readonly unknown[] {
  return Array.isArray(message["tool_calls"]) ? message["tool_calls"] : [];
}

function hasCalls(message: JsonObject): boolean {
  return callsOf(message).length > 0;
}
