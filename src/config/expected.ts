/** Says in plain words what the schema wants at a place. Knows no field by name and never sees a value. */
import type { JsonSchema } from "./json-schema.ts";

/** `a whole number from 0 to 65535`; several schemas are joined by "or". */
export function describeExpected(schemas: readonly JsonSchema[]): string {
  const words = schemas.map(describeSchema);
  return words.length === 0 ? "nothing here" : [...new Set(words)].join(" or ");
}

/** `one of "a", "b"`. */
export function describeChoice(values: readonly unknown[]): string {
  const words = values.map((value) => JSON.stringify(value) ?? String(value));
  return words.length === 1 ? words.join("") : `one of ${words.join(", ")}`;
}

/** True where a number is a duration. */
export function isSeconds(schemas: readonly JsonSchema[]): boolean {
  return schemas.some((schema) => schema.type === "number" && /^Seconds\b/.test(schema.description ?? ""));
}

function describeSchema(schema: JsonSchema): string {
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum !== undefined) return describeChoice(schema.enum);
  switch (schema.type) {
    case "integer":
      return `a whole number${describeRange(schema)}`;
    case "number":
      return `a number${isSeconds([schema]) ? " of seconds" : ""}${describeRange(schema)}`;
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    case "string":
      return (schema.minLength ?? 0) > 0 ? "a string that is not empty" : "a string";
    case "object":
      return describeMapping(schema);
    default:
      return "another value";
  }
}

function describeMapping(schema: JsonSchema): string {
  const keys = Object.keys(schema.properties ?? {}).filter((key) => key !== "$schema");
  return keys.length === 0
    ? "a mapping of names to values"
    : `a mapping with ${keys.map((key) => `\`${key}\``).join(", ")}`;
}

function describeRange({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  // The largest safe integer stands for "no bound".
  const upper = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (exclusiveMinimum !== undefined)
    return ` above ${exclusiveMinimum}${upper === undefined ? "" : `, at most ${upper}`}`;
  if (minimum === undefined) return upper === undefined ? "" : `, at most ${upper}`;
  return upper === undefined ? `, at least ${minimum}` : ` from ${minimum} to ${upper}`;
}
