/** Gives numbers and switches that came from the environment their type, since every variable is text. Knows no field by name. */
import { formatPath, type ConfigPath } from "./config-path.ts";
import type { Expansion, FilledPaths } from "./environment.ts";
import type { KnownKeys } from "./known-keys.ts";

/** `port: ${PORT}` becomes a number where the schema wants one; everything else stays as it is. */
export function fillTyped(expansion: Expansion, knownKeys: KnownKeys): unknown {
  return fillValue(expansion.value, [], expansion.filledPaths, knownKeys);
}

function fillValue(
  value: unknown,
  path: ConfigPath,
  filledPaths: FilledPaths,
  knownKeys: KnownKeys,
): unknown {
  if (typeof value === "string")
    return filledPaths.has(formatPath(path)) ? fillText(value, path, knownKeys) : value;
  if (Array.isArray(value)) {
    return value.map((entry, index) => fillValue(entry, [...path, index], filledPaths, knownKeys));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      fillValue(entry, [...path, key], filledPaths, knownKeys),
    ]),
  );
}

function fillText(text: string, path: ConfigPath, knownKeys: KnownKeys): unknown {
  const types = new Set(knownKeys.findSchemas(path).map((schema) => schema.type));
  if (types.has("string")) return text;
  const word = text.trim();
  if (types.has("boolean") && /^(?:true|false)$/i.test(word)) return word.toLowerCase() === "true";
  const isNumber = types.has("number") || types.has("integer");
  return isNumber && /^-?\d+(?:\.\d+)?$/.test(word) ? Number(word) : text;
}
