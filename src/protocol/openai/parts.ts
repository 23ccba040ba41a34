/** Walks over the parts of chat bodies that mends change: messages, tools, choices. Returns undefined where nothing changed. */
import { isJsonObject, type JsonObject } from "./fields.ts";

/** A changed copy of one part, several in its place, or undefined for "leave it". */
type Change = (part: JsonObject, index: number) => JsonObject | readonly JsonObject[] | undefined;

/** Applies `change` to each object in the list at `key`. */
export function changeList(body: JsonObject, key: string, change: Change): JsonObject | undefined {
  const list = body[key];
  if (!Array.isArray(list)) return undefined;
  // Nothing is copied before the first change: most lists have none.
  let changed: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const part: unknown = list[index];
    const next = isJsonObject(part) ? change(part, index) : undefined;
    if (next === undefined) {
      changed?.push(part);
      continue;
    }
    changed ??= list.slice(0, index);
    if (isList(next)) changed.push(...next);
    else changed.push(next);
  }
  return changed === undefined ? undefined : { ...body, [key]: changed };
}

function isList(next: JsonObject | readonly JsonObject[]): next is readonly JsonObject[] {
  return Array.isArray(next);
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
  for (const key of keys) if (key in body) return withoutAny(body, new Set(keys));
  return undefined;
}

/** The same for many fields: it costs no more the more they are. */
export function withoutAny(body: JsonObject, keys: ReadonlySet<string>): JsonObject | undefined {
  if (!hasAny(body, keys)) return undefined;
  const rest: Record<string, unknown> = {};
  for (const key of Object.keys(body)) if (!keys.has(key)) define(rest, key, body[key]);
  return rest;
}

function hasAny(body: JsonObject, keys: ReadonlySet<string>): boolean {
  for (const key in body) if (keys.has(key)) return true;
  return false;
}

/** As JSON.parse does it: `__proto__` is a key like any other. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, writable: true });
  else object[key] = value;
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
