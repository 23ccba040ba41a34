/** Tells the chats that nearly all requests are from those that need a closer look. Knows no mend. */
import { isJsonObject, type JsonObject } from "./fields.ts";

const plainRoles: ReadonlySet<unknown> = new Set(["system", "user", "assistant"]);

/** Whether every message is a text that somebody said, and nothing else: no parts, no tools, no further fields. */
export function hasPlainMessages({ messages }: JsonObject): boolean {
  if (!Array.isArray(messages)) return false;
  for (const message of messages) if (!isPlain(message)) return false;
  return true;
}

function isPlain(message: unknown): boolean {
  if (!isJsonObject(message) || typeof message["content"] !== "string") return false;
  if (!plainRoles.has(message["role"])) return false;
  for (const name in message) if (name !== "role" && name !== "content") return false;
  return true;
}
