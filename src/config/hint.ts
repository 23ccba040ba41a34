/** Advises what to write instead of a value that does not fit. Knows the usual slips; knows no field by name. */
import { isSeconds } from "./expected.ts";
import type { JsonSchema } from "./json-schema.ts";

const secondsByUnit: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
const bytesByUnit: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Undefined where no usual slip is recognised. `canShow` is false where the value must not be repeated. */
export function findHint(
  value: unknown,
  schemas: readonly JsonSchema[],
  canShow: boolean,
): string | undefined {
  const types = new Set(schemas.map((schema) => schema.type));
  if (value === "") return "write a value between the quotes, or remove the line";
  if (value === null) return "write something after the colon or below it, or remove the line";
  if (types.has("number") || types.has("integer")) return adviseOnNumber(value, schemas, canShow);
  if (types.has("boolean")) return adviseOnBoolean(value);
  if (types.has("string")) return adviseOnString(value, canShow);
  if (types.has("array")) return adviseOnList(value, canShow);
  return types.has("object") ? adviseOnMapping(value, schemas, canShow) : undefined;
}

function adviseOnNumber(
  value: unknown,
  schemas: readonly JsonSchema[],
  canShow: boolean,
): string | undefined {
  if (typeof value === "number") return adviseOnSize(value, schemas, canShow);
  if (typeof value !== "string") return undefined;
  if (!canShow) return "give it a plain number, without a unit";
  const [, digits, unit = ""] = /^\s*(-?\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value) ?? [];
  if (digits === undefined) return undefined;
  if (unit === "") return `remove the quotes: ${digits}`;
  const factor = isSeconds(schemas) ? secondsByUnit[toTimeUnit(unit)] : bytesByUnit[toByteUnit(unit)];
  if (factor === undefined) return "write a plain number, without quotes and without a unit";
  const converted = Number((Number(digits) * factor).toFixed(3));
  return `write a plain number of ${isSeconds(schemas) ? "seconds" : "bytes"}, without unit and quotes: ${converted}`;
}

function adviseOnSize(value: number, schemas: readonly JsonSchema[], canShow: boolean): string | undefined {
  const maximum = Math.max(...schemas.map((schema) => schema.maximum ?? Number.MAX_SAFE_INTEGER));
  if (isSeconds(schemas) && value > maximum && value / 1000 <= maximum) {
    return `this is in seconds, not milliseconds${canShow ? `: ${value / 1000}` : ""}`;
  }
  return schemas.some((schema) => schema.type === "integer") &&
    Number.isFinite(value) &&
    !Number.isInteger(value)
    ? "write it without a fraction"
    : undefined;
}

function adviseOnBoolean(value: unknown): string | undefined {
  const word = String(value).toLowerCase();
  if (["true", "yes", "on", "1", "y"].includes(word)) return "write true, without quotes";
  if (["false", "no", "off", "0", "n"].includes(word)) return "write false, without quotes";
  return undefined;
}

function adviseOnString(value: unknown, canShow: boolean): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") {
    return canShow ? `put it in quotes: "${value}"` : "put it in quotes";
  }
  return Array.isArray(value) ? "write one value instead of a list" : undefined;
}

function adviseOnList(value: unknown, canShow: boolean): string {
  const isShort = canShow && typeof value === "string" && value.length <= 60;
  return `put it in brackets, even one entry: ${isShort ? `[${JSON.stringify(value)}]` : '["…"]'}`;
}

function adviseOnMapping(
  value: unknown,
  schemas: readonly JsonSchema[],
  canShow: boolean,
): string | undefined {
  if (Array.isArray(value)) return adviseOnListOfNamed(schemas);
  const key = findOnlyRequired(schemas);
  if (typeof value === "string" && key !== undefined) {
    return `write { ${JSON.stringify(key)}: ${canShow ? JSON.stringify(value) : '"…"'} }`;
  }
  return "write the keys below it, each with more indentation (YAML) or in braces { } (JSON)";
}

function adviseOnListOfNamed(schemas: readonly JsonSchema[]): string {
  const entries = schemas.map((schema) => schema.additionalProperties);
  const key = findOnlyRequired(entries.filter((entry) => typeof entry === "object"));
  return key === undefined
    ? 'write `name: value` pairs instead of a list, without "[" and without "- "'
    : `give each entry a name instead of "[" or "- ": { "primary": { ${JSON.stringify(key)}: "…" } }`;
}

function findOnlyRequired(schemas: readonly JsonSchema[]): string | undefined {
  const required = schemas.flatMap((schema) => schema.required ?? []);
  return required.length === 1 ? required[0] : undefined;
}

function toTimeUnit(unit: string): string {
  const word = unit.toLowerCase();
  return /^(?:ms|millis)/.test(word) ? "ms" : word.charAt(0);
}

function toByteUnit(unit: string): string {
  return unit.charAt(0).toLowerCase();
}
