/** The model's name in a parsed answer. The bytes' own way is `splice.ts`. */
import { isJsonObject, type JsonObject } from "./fields.ts";

/** A copy with the name at a path such as ["model"] or ["response", "model"]; the same object where the path leads nowhere. */
export function withModel(body: JsonObject, path: readonly string[], name: string): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined || !(key in body)) return body;
  if (rest.length === 0) return { ...body, [key]: name };
  const inner = body[key];
  return isJsonObject(inner) ? { ...body, [key]: withModel(inner, rest, name) } : body;
}
