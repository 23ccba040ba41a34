/** Hashes a conversation's prefixes, so that its next turn is known by the turn before. Knows no boxes; costs the same for long ones. */
import { isJsonObject } from "../protocol/openai/fields.ts";
import { takenOutOf } from "../protocol/openai/long-texts.ts";
import { hashText } from "./hash.ts";

/** A conversation as its hashes. */
export interface ConversationPrefix {
  /** Of all up to the first message that is not the system's: the same in every turn. */
  readonly key: number;
  /** Of each prefix that ends with a whole message, shortest first. The last one stands for this turn. */
  readonly boundaries: readonly number[];
}

/** So many characters of a request are hashed at most; turns beyond are told apart no more, but stay with their box. */
export const maxHashedLength = 8_192;

/** Of a longer text its head, its tail and its length count, so that a long common system prompt leaves room. */
const maxTextLength = 1_024;

/** The prefixes of a list of messages, of which nothing is assumed. Each hash is the seed of the next one. */
export function hashMessages(model: string, messages: readonly unknown[]): ConversationPrefix {
  const boundaries: number[] = [];
  let hash = hashText(model);
  let key = hash;
  let isOpening = true;
  let left = maxHashedLength;
  for (const message of messages) {
    const text = textOfMessage(message);
    left -= text.length + 1;
    if (left < 0) break;
    hash = hashText(text, hash);
    boundaries.push(hash);
    if (isOpening) key = hash;
    isOpening &&= isInstruction(message);
  }
  return { key, boundaries };
}

function isInstruction(message: unknown): boolean {
  const role = isJsonObject(message) ? message["role"] : undefined;
  return role === "system" || role === "developer";
}

/** Role, content, and what an assistant called; a string and its one text part are the same. */
function textOfMessage(message: unknown): string {
  if (!isJsonObject(message)) return sample(message);
  const { role, content, tool_calls: calls, tool_call_id: callId } = message;
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  const called: readonly unknown[] = Array.isArray(calls) ? calls : [];
  const texts = [role, ...parts.slice(0, 32).map(contentOf), ...called.slice(0, 32).map(calledOf), callId];
  return sample(texts.map(sample).join("\n"));
}

function contentOf(part: unknown): unknown {
  if (!isJsonObject(part)) return part;
  const image = part["image_url"];
  return part["text"] ?? (isJsonObject(image) ? image["url"] : image);
}

function calledOf(call: unknown): unknown {
  const called = isJsonObject(call) ? call["function"] : undefined;
  return isJsonObject(called) ? `${sample(called["name"])}(${sample(called["arguments"])})` : undefined;
}

/** Anything but text is taken for none: a wrong guess costs a cold prompt, not a wrong answer. */
function sample(value: unknown): string {
  const text = typeof value === "string" ? value : "";
  const length = text.length + takenOutOf(text);
  if (length <= maxTextLength) return text;
  const half = maxTextLength / 2;
  // The length goes first, where sampling a second time keeps it.
  return `${length}\n${text.slice(0, half)}\n${text.slice(-half)}`;
}
