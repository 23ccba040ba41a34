/** What all model lists have in common: an array of objects under a key, each with a name. Pure; knows no backend. */
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import type { LocalModel } from "../protocol/openai/models.ts";

/** What `parse` makes of each object under `key`; undefined where there is no array. */
export function parseEntries<T>(
  body: unknown,
  key: string,
  parse: (entry: JsonObject) => readonly T[],
): readonly T[] | undefined {
  const entries = isJsonObject(body) ? body[key] : undefined;
  if (!Array.isArray(entries)) return undefined;
  return entries.flatMap((entry: unknown) => (isJsonObject(entry) ? parse(entry) : []));
}

/** One model, or none where the name is no name. */
export function nameModel(
  id: unknown,
  kind: LocalModel["kind"],
  isLoaded: boolean | undefined,
): readonly LocalModel[] {
  return typeof id === "string" && id !== "" ? [{ id, kind, isLoaded }] : [];
}
