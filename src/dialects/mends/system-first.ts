/** The order of messages, for chat templates that want one system message first and turns that alternate. Knows no answer. */
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { objectsIn } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const systemFirst: Mend = {
  id: "system-first",
  title:
    "With `model_options.NAME.merge_system`, system messages are joined into one at the start, and neighbours of one role into one.",
  source: "BT#96, BT#1342, BT#2219",
  kinds: localKinds,
  endpoints: ["chat"],
  applies: ({ options }) => options.mergesSystem,
  request(body) {
    const messages = objectsIn(body["messages"]);
    if (isSettled(messages)) return undefined;
    const merged = joinNeighbours([
      ...messages.filter(({ role }) => role === "system"),
      ...messages.filter(({ role }) => role !== "system"),
    ]);
    return { ...body, messages: merged };
  },
};

/** Whether no message has to go before another one, and none to be joined to it. */
function isSettled(messages: readonly JsonObject[]): boolean {
  let before: JsonObject | undefined;
  for (const message of messages) {
    if (before !== undefined) {
      const isLate = message["role"] === "system" && before["role"] !== "system";
      if (isLate || canJoin(before, message)) return false;
    }
    before = message;
  }
  return true;
}

function joinNeighbours(messages: readonly JsonObject[]): readonly JsonObject[] {
  const joined: JsonObject[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last !== undefined && canJoin(last, message)) {
      joined[joined.length - 1] = { ...last, content: joinContent(last["content"], message["content"]) };
    } else joined.push(message);
  }
  return joined;
}

/** Each tool result answers a call of its own, and a call belongs to the turn that made it. */
function canJoin(first: JsonObject, second: JsonObject): boolean {
  const isPlain = (message: JsonObject) =>
    message["role"] !== "tool" && message["role"] !== "function" && message["tool_calls"] === undefined;
  return first["role"] === second["role"] && isPlain(first) && isPlain(second);
}

function joinContent(first: unknown, second: unknown): unknown {
  if (typeof first === "string" && typeof second === "string") {
    return [first, second].filter((text) => text !== "").join("\n\n");
  }
  return [...toParts(first), ...toParts(second)];
}

function toParts(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content;
  return typeof content === "string" && content !== "" ? [{ type: "text", text: content }] : [];
}
