/** Reads and places the reasoning of one message or delta. Knows no stream and no backend. */
import type { JsonObject } from "./fields.ts";
import { without } from "./parts.ts";
import { createLeakRemover, createThinkSplitter, type ThinkParts } from "../think-markers.ts";

export type ReasoningMode = "separate" | "inline" | "drop";

/** The names that servers give it. */
export const reasoningFields = ["reasoning", "reasoning_content"];

/** Both texts of a whole message; a text that ends in a lone `</think>` began to think in its prompt. */
export function partsOf(message: JsonObject): ThinkParts {
  const { content } = message;
  const told = clean(toldReasoning(message));
  if (typeof content !== "string") return { reasoning: told, content: "" };
  const text = clean(content);
  const splitter = createThinkSplitter();
  const [start, rest] = [splitter.push(text), splitter.end()];
  const found = { reasoning: start.reasoning + rest.reasoning, content: start.content + rest.content };
  const lone = /^([^]*?)<\/think>\s*([^]*)$/.exec(found.content);
  const isLone = lone !== null && told === "" && found.reasoning === "" && !text.includes("<think>");
  const [, before = "", behind = ""] = isLone ? lone : [undefined, "", found.content];
  return { reasoning: told + found.reasoning + before.trim(), content: behind };
}

function clean(text: string): string {
  const remover = createLeakRemover();
  return remover.push(text) + remover.end();
}

/** The reasoning that stands in a field of its own. */
export function toldReasoning(part: JsonObject): string {
  const texts = [part["reasoning_content"], part["reasoning"]];
  const told = texts.find((text) => typeof text === "string" && text !== "");
  return typeof told === "string" ? told : "";
}

/** The texts as one mode has them. */
export function partsIn(mode: ReasoningMode, { reasoning, content }: ThinkParts): ThinkParts {
  if (mode === "separate" || reasoning === "") return { reasoning, content };
  return { reasoning: "", content: mode === "drop" ? content : `<think>${reasoning}</think>\n\n${content}` };
}

/** The message or delta with these texts in their fields; an absent content stays so while it is empty. */
export function withParts(part: JsonObject, parts: ThinkParts): JsonObject {
  // An object or list under one of the names is something else, and not for this mend to lose.
  const own = reasoningFields.filter((field) => part[field] === null || typeof part[field] === "string");
  const rest = without(part, own) ?? part;
  const isSpoken = parts.content !== "" || typeof part["content"] === "string";
  return {
    ...rest,
    ...(isSpoken ? { content: parts.content } : {}),
    ...(parts.reasoning === "" ? {} : { reasoning_content: parts.reasoning }),
  };
}

/** Whether two objects have the same values under the same keys. */
export function isSame(before: JsonObject, after: JsonObject): boolean {
  const keys = Object.keys(before);
  return keys.length === Object.keys(after).length && keys.every((key) => before[key] === after[key]);
}
