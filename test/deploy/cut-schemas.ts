/** Cuts the schemas that deploy/ is checked against: `node test/deploy/cut-schemas.ts _definitions.json compose-spec.json`. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/** The kinds of objects that deploy/kubernetes has; everything else is kept because one of these refers to it. */
const kinds = [
  "io.k8s.api.apps.v1.Deployment",
  "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
  "io.k8s.api.core.v1.ConfigMap",
  "io.k8s.api.core.v1.Namespace",
  "io.k8s.api.core.v1.Secret",
  "io.k8s.api.core.v1.Service",
  "io.k8s.api.networking.v1.NetworkPolicy",
  "io.k8s.api.policy.v1.PodDisruptionBudget",
];

/** Keywords that say nothing about whether a document is valid. */
const spoken = new Set(["title", "description", "default", "examples", "deprecated", "$comment"]);
/** Keywords whose keys are names of properties or definitions, not keywords. */
const named = new Set(["properties", "patternProperties", "$defs", "dependentSchemas"]);
/** Keywords whose values are data. */
const literal = new Set(["enum", "const", "required", "type"]);
const prefix = "#/$defs/";

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function strip(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(strip);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !spoken.has(key) && !key.startsWith("x-"))
      .map(([key, value]) => [key, stripValue(key, value)]),
  );
}

function stripValue(key: string, value: Json): Json {
  if (literal.has(key)) return value;
  if (!named.has(key) || !isObject(value)) return strip(value);
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, strip(schema)]));
}

/** The names of the definitions that a schema refers to. */
function referred(schema: Json): string[] {
  return [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = ""]) => {
    if (!reference.startsWith(prefix)) throw new Error(`cannot follow ${reference}`);
    return reference.slice(prefix.length);
  });
}

function cut(roots: readonly string[], definitions: JsonObject): JsonObject {
  const kept = new Map<string, Json>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (kept.has(name)) continue;
    const definition = definitions[name];
    if (definition === undefined) throw new Error(`there is no definition ${name}`);
    const part = strip(definition);
    kept.set(name, part);
    waiting.push(...referred(part));
  }
  return Object.fromEntries([...kept].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function read(path: string | undefined): { readonly head: JsonObject; readonly definitions: JsonObject } {
  if (path === undefined)
    throw new Error("two paths are needed: Kubernetes' definitions and Compose's schema");
  const { $defs, ...head } = JSON.parse(readFileSync(path, "utf8")) as JsonObject;
  if (!isObject($defs)) throw new Error(`${path} has no $defs`);
  return { head, definitions: $defs };
}

/** One definition a line, so that a later cut shows what changed. */
function write(folder: string, head: Json, definitions: JsonObject): void {
  const lines = Object.entries(definitions).map(
    ([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`,
  );
  const text = `${JSON.stringify(head).slice(0, -1)},"$defs":{\n${lines.join(",\n")}\n}}\n`;
  writeFileSync(fileURLToPath(new URL(`../fixtures/${folder}/schema.json`, import.meta.url)), text);
}

const [kubernetesPath, composePath] = process.argv.slice(2);
const kubernetes = read(kubernetesPath);
write("kubernetes", { $id: "kubernetes.json" }, cut(kinds, kubernetes.definitions));
const compose = read(composePath);
const composeHead = strip(compose.head);
const { $schema: _dialect, ...head } = isObject(composeHead) ? composeHead : {};
write("compose", { ...head, $id: "compose.json" }, cut(referred(head), compose.definitions));
