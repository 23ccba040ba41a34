/** Answers which keys the configuration has and where. Reads them from the schema; knows no key by name. */
import type { ConfigPath } from "./config-path.ts";
import { configJsonSchema, type JsonSchema } from "./json-schema.ts";

export interface KnownKeys {
  /** What may stand at a path; several where the schema gives a choice, none where nothing may. */
  findSchemas(path: ConfigPath): readonly JsonSchema[];
  /** The keys of the mapping at a path. */
  findKeys(path: ConfigPath): readonly string[];
  /** The places that know a key, such as `server` or `backends.<name>`. */
  findHomes(key: string): readonly string[];
  /** Every place and key, such as `server.port`. */
  readonly allPaths: readonly string[];
}

/** Made where a problem has to be explained or a placeholder typed; most configurations need neither. */
export function createKnownKeys(): KnownKeys {
  const root = configJsonSchema();
  const places: (readonly [parent: string, key: string])[] = [];
  collectPlaces(root, "", places);
  const findSchemas = (path: ConfigPath) => path.reduce(stepInto, expandChoice(root));
  return {
    findSchemas,
    findKeys: (path) => findSchemas(path).flatMap((schema) => Object.keys(schema.properties ?? {})),
    findHomes: (key) => [...new Set(places.filter(([, known]) => known === key).map(([parent]) => parent))],
    allPaths: places.map(([parent, key]) => (parent === "" ? key : `${parent}.${key}`)),
  };
}

function stepInto(schemas: readonly JsonSchema[], segment: string | number): readonly JsonSchema[] {
  return schemas.flatMap((schema) => {
    const properties = schema.properties ?? {};
    const next =
      typeof segment === "number"
        ? schema.items
        : Object.hasOwn(properties, segment)
          ? properties[segment]
          : schema.additionalProperties;
    return isSchema(next) ? expandChoice(next) : [];
  });
}

function expandChoice(schema: JsonSchema): readonly JsonSchema[] {
  if (schema.anyOf === undefined) return [schema];
  const { description } = schema;
  const choices = schema.anyOf.filter(isSchema);
  return description === undefined ? choices : choices.map((choice) => ({ description, ...choice }));
}

function collectPlaces(schema: JsonSchema, path: string, places: (readonly [string, string])[]): void {
  for (const choice of expandChoice(schema)) {
    for (const [key, child] of Object.entries(choice.properties ?? {})) {
      places.push([path, key]);
      if (isSchema(child)) collectPlaces(child, path === "" ? key : `${path}.${key}`, places);
    }
    if (isSchema(choice.additionalProperties)) {
      collectPlaces(choice.additionalProperties, `${path}.<name>`, places);
    }
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
