/** Cuts from OpenAI's whole schema the parts that answers are checked against: `node test/schema/cut-schema.ts WHOLE.json`. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/** What an answer, a chunk or an event is as a whole; everything else is kept because one of these refers to it. */
const roots = [
  "CreateChatCompletionResponse",
  "ResponseItemList",
  "CreateChatCompletionStreamResponse",
  "CreateCompletionResponse",
  "CreateEmbeddingResponse",
  "ListModelsResponse",
  "Model",
  "Response",
  "ResponseStreamEvent",
  "ErrorResponse",
] as const;

/** Keywords that say nothing about whether an answer is valid. */
const spoken = new Set([
  "title",
  "description",
  "example",
  "examples",
  "default",
  "deprecated",
  "discriminator",
  "$recursiveAnchor",
]);
/** Keywords whose keys are names of properties, not keywords. */
const named = new Set(["properties", "patternProperties", "$defs"]);
/** Keywords whose values are data. */
const literal = new Set(["enum", "const", "required", "type"]);
const prefix = "#/components/schemas/";

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function cut(schema: Json, owner: string): Json {
  if (Array.isArray(schema)) return schema.map((part) => cut(part, owner));
  if (!isObject(schema)) return schema;
  // Draft 2019's way to say "this schema again", which OpenAPI 3.1 does not know.
  if (schema["$recursiveRef"] === "#") return { $ref: prefix + owner };
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (spoken.has(key) || key.startsWith("x-") || key === "nullable") continue;
    if (literal.has(key)) kept[key] = value;
    else if (named.has(key) && isObject(value)) kept[key] = cutEach(value, owner);
    else kept[key] = cut(value, owner);
  }
  // OpenAPI 3.0's word, without meaning in 3.1, though meant.
  return schema["nullable"] === true ? { anyOf: [kept, { type: "null" }] } : kept;
}

function cutEach(schemas: JsonObject, owner: string): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, cut(schema, owner)]));
}

/** The names of the schemas that a cut schema refers to. */
function referred(schema: Json): string[] {
  if (Array.isArray(schema)) return schema.flatMap(referred);
  if (!isObject(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key !== "$ref" || typeof value !== "string") return referred(value);
    if (!value.startsWith(prefix)) throw new Error(`cannot follow ${value}`);
    return [value.slice(prefix.length)];
  });
}

function cutAll(schemas: JsonObject): JsonObject {
  const kept = new Map<string, Json>();
  const waiting: string[] = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (kept.has(name)) continue;
    const schema = schemas[name];
    if (schema === undefined) throw new Error(`the schema has no ${name}`);
    const part = cut(schema, name);
    kept.set(name, part);
    waiting.push(...referred(part));
  }
  return Object.fromEntries([...kept].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error("the path of OpenAI's whole schema is missing");
const whole = JSON.parse(readFileSync(source, "utf8")) as JsonObject;
const { components, info } = whole;
if (!isObject(components) || !isObject(components["schemas"])) throw new Error("this is no OpenAPI document");
const { title, version, license } = isObject(info) ? info : {};
const head = { $id: "openai.json", info: { title, version, license } };
// One schema a line, so that a later cut shows what changed.
const lines = Object.entries(cutAll(components["schemas"])).map(
  ([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`,
);
const text = `${JSON.stringify(head).slice(0, -1)},"components":{"schemas":{\n${lines.join(",\n")}\n}}}\n`;
writeFileSync(fileURLToPath(new URL("../fixtures/openai-schema/schema.json", import.meta.url)), text);
