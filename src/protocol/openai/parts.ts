/** Walks over the parts of chat bodies that mends change: messages, tools, choices. Returns undefined where nothing changed. */
import { isJsonObject, type JsonObject } from "./fields.ts";

/** A changed copy of one part, several in its place, or undefined for "leave it". */
type Change = (part: JsonObject, index: number) => JsonObject | readonly JsonObject[] | undefined;

/** Applies `change` to each object in the list at `key`. */
export function changeList(body: JsonObject, key: string, change: Change): JsonObject | undefined {
  const list = body[key];
  if (!Array.isArray(list)) return undefined;
  let isChanged = false;
  const changed = list.flatMap((part: unknown, index) => {
    const next = isJsonObject(part) ? change(part, index) : undefined;
    if (next === undefined) return [part];
    isChanged = true;
    return next;
  });
  return isChanged ? { ...body, [key]: changed } : undefined;
}

/** The same one level down, for an object at `key`. */
export function changeObject(
  body: JsonObject,
  key: string,
  change: (part: JsonObject) => JsonObject | undefined,
): JsonObject | undefined {
  const part = body[key];
  const next = isJsonObject(part) ? change(part) : undefined;
  return next === undefined ? undefined : { ...body, [key]: next };
}

/** A copy without some fields; undefined where it has none of them. */
export function without(body: JsonObject, keys: readonly string[]): JsonObject | undefined {
  if (!keys.some((key) => key in body)) return undefined;
  return Object.fromEntries(Object.entries(body).filter(([key]) => !keys.includes(key)));
}

/** The objects of a list, whatever else it holds. */
export function objectsIn(list: unknown): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** The name of a function tool, or of a tool call. */
export function functionName(tool: JsonObject): string | undefined {
  const name = isJsonObject(tool["function"]) ? tool["function"]["name"] : undefined;
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** The text of content parts where all of them are text; undefined where any is not. */
export function textOfParts(content: unknown): string | undefined {
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part: unknown) => {
    if (typeof part === "string") return part;
    return isJsonObject(part) && part["type"] === "text" && typeof part["text"] === "string"
      ? part["text"]
      : undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join("\n");
}
