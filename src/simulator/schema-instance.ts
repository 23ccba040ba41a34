/** Makes an instance of a JSON schema, the same one every time. Knows nothing of who asks. */
import { isJsonObject } from "../protocol/openai/fields.ts";
import { stringInstance } from "./string-instance.ts";

/** Values taken from the user's words, used where the schema leaves room. */
export interface Hints {
  readonly text: string;
}

interface Scope {
  readonly root: unknown;
  readonly hints: Hints | undefined;
  readonly depth: number;
  readonly budget: { left: number };
}

// From here on only what a schema demands is made, so that a recursive one comes to an end.
const frugalDepth = 6;
const deepestDepth = 32;
// And no schema, however it branches, takes more values than this.
const mostValues = 5_000;
const mostItems = 1_000;

/** An instance of the schema as far as its words are known; `null` for a schema that never ends. */
export function createInstance(schema: unknown, hints?: Hints): unknown {
  return instance(schema, { root: schema, hints, depth: 0, budget: { left: mostValues } });
}

function instance(schema: unknown, outer: Scope): unknown {
  outer.budget.left -= 1;
  if (!isJsonObject(schema) || outer.depth > deepestDepth || outer.budget.left < 0) return null;
  const scope = { ...outer, depth: outer.depth + 1 };
  if (typeof schema["$ref"] === "string") return instance(resolve(schema["$ref"], scope.root), scope);
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return chooseValue(schema["enum"], scope.hints);
  const alternatives: unknown = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(alternatives)) return instance(chooseAlternative(alternatives, scope), scope);
  if (Array.isArray(schema["allOf"])) return instance(merge(schema, schema["allOf"], scope.root), scope);
  return typedInstance(schema, scope);
}

function typedInstance(schema: Record<string, unknown>, scope: Scope): unknown {
  switch (findType(schema)) {
    case "object":
      return objectInstance(schema, scope);
    case "array":
      return arrayInstance(schema, scope);
    case "integer":
    case "number":
      return numberInstance(schema, scope.hints);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return stringInstance(schema, scope.hints?.text);
  }
}

function findType(schema: Record<string, unknown>): unknown {
  const type = schema["type"];
  if (Array.isArray(type)) return type.find((name) => name !== "null") ?? "null";
  if (type !== undefined) return type;
  if ("properties" in schema) return "object";
  return "items" in schema ? "array" : "string";
}

function objectInstance(schema: Record<string, unknown>, scope: Scope): Record<string, unknown> {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  const names = Object.keys(properties).filter(
    (name) => scope.depth <= frugalDepth || required.includes(name),
  );
  return Object.fromEntries(names.map((name) => [name, instance(properties[name], scope)]));
}

function arrayInstance(schema: Record<string, unknown>, scope: Scope): unknown[] {
  const prefix: readonly unknown[] = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
  const usual = scope.depth > frugalDepth ? 0 : 1;
  const length = typeof schema["minItems"] === "number" ? schema["minItems"] : Math.max(prefix.length, usual);
  const most = typeof schema["maxItems"] === "number" ? schema["maxItems"] : mostItems;
  return Array.from({ length: Math.min(length, most, mostItems) }, (_, index) =>
    instance(prefix[index] ?? schema["items"] ?? { type: "string" }, scope),
  );
}

function numberInstance(schema: Record<string, unknown>, hints: Hints | undefined): number {
  const step = toNumber(schema["multipleOf"]) ?? 1;
  const above = toNumber(schema["exclusiveMinimum"]);
  const least = toNumber(schema["minimum"]) ?? (above === undefined ? undefined : above + step);
  const most = toNumber(schema["maximum"]) ?? (toNumber(schema["exclusiveMaximum"]) ?? Infinity) - step;
  const spoken = Number(/\d{1,9}/.exec(hints?.text ?? "")?.[0] ?? 1);
  const wanted = Math.min(Math.max(spoken, least ?? 0), most);
  const rounded = Math.ceil(wanted / step) * step;
  return rounded > most ? Math.floor(most / step) * step : rounded;
}

function toNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function chooseValue(values: readonly unknown[], hints: Hints | undefined): unknown {
  const text = hints?.text.toLowerCase() ?? "";
  const spoken = values.find((value) => typeof value === "string" && text.includes(value.toLowerCase()));
  return spoken ?? values[0];
}

/** Deep inside, `null` is taken where it is allowed: it ends the recursion. */
function chooseAlternative(alternatives: readonly unknown[], scope: Scope): unknown {
  const isNull = (schema: unknown) => isJsonObject(schema) && schema["type"] === "null";
  const end = scope.depth > frugalDepth ? alternatives.find(isNull) : undefined;
  return end ?? alternatives.find((schema) => !isNull(schema)) ?? alternatives[0];
}

/** One schema in place of several that must all hold, as far as objects are concerned. */
function merge(
  own: Record<string, unknown>,
  parts: readonly unknown[],
  root: unknown,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...own, allOf: undefined };
  for (const part of parts) {
    const schema =
      isJsonObject(part) && typeof part["$ref"] === "string" ? resolve(part["$ref"], root) : part;
    if (!isJsonObject(schema)) continue;
    const properties = { ...asObject(merged["properties"]), ...asObject(schema["properties"]) };
    const required = [...asArray(merged["required"]), ...asArray(schema["required"])];
    Object.assign(merged, schema, Object.keys(properties).length > 0 ? { properties, required } : {});
  }
  return merged;
}

function asObject(value: unknown): Record<string, unknown> {
  return isJsonObject(value) ? value : {};
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A reference within the same schema, such as `#/$defs/step`. */
function resolve(reference: string, root: unknown): unknown {
  let found = root;
  for (const step of reference.replace(/^#\/?/, "").split("/")) {
    if (step === "") continue;
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    found = isJsonObject(found) ? found[name] : undefined;
  }
  return found;
}
