/** That the files beside the code, the JSON Schema and the example, say what the code says. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { createKnownKeys } from "../../src/config/known-keys.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { configSchema } from "../../src/config/schema.ts";

function readRoot(name: string): string {
  return readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
}

function collectPaths(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => [
    [...path, key],
    ...collectPaths(entry, [...path, key]),
  ]);
}

describe("config.schema.json", () => {
  test("is what `npm run schema` writes now", () => {
    expect(readRoot("config.schema.json")).toBe(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  });

  test("is draft 7, with a title and a description", () => {
    expect(configJsonSchema()).toMatchObject({
      $schema: "http://json-schema.org/draft-07/schema#",
      title: expect.any(String),
      description: expect.any(String),
      type: "object",
      additionalProperties: false,
    });
  });

  test("shows secrets as plain strings and the log levels in either case", () => {
    const keys = createKnownKeys();
    expect(keys.findSchemas(["authentication", "valid_api_keys", 0])).toMatchObject([{ type: "string" }]);
    expect(keys.findSchemas(["logging", "level"])).toMatchObject([
      { type: "string", default: "info", enum: expect.arrayContaining(["info", "INFO", "warning"]) },
    ]);
  });

  test("every log level it offers loads", () => {
    const [schema] = createKnownKeys().findSchemas(["logging", "level"]);
    const levels = schema?.enum ?? [];
    expect(levels.length).toBeGreaterThan(0);
    for (const level of levels) expect(configSchema.safeParse({ logging: { level } }).success).toBe(true);
  });

  test("every key says what it is for, sections aside", () => {
    const { allPaths, findSchemas } = createKnownKeys();
    const leaves = allPaths.filter((path) => {
      const schemas = findSchemas(path.split("."));
      return schemas.every((schema) => schema.properties === undefined && schema.description === undefined);
    });
    expect(leaves).toEqual([]);
  });
});

describe("config.example.json", () => {
  const text = readRoot("config.example.json");
  const example: unknown = JSON.parse(text);

  test("loads with an empty environment and names the schema", () => {
    const config = parseConfig(text, {});
    expect(config.$schema).toBe("./config.schema.json");
    expect(config.backends["primary"]?.url).toBe("http://10.50.10.14:1234");
    expect(config.authentication.enabled).toBe(false);
    expect(Object.keys(config.model_mapping)).toEqual([
      "gpt-4o",
      "gpt-4*",
      "gpt-3.5-turbo",
      "ft:gpt-3.5-turbo:*",
      "text-embedding-3-small",
    ]);
  });

  test("has only keys that exist", () => {
    const { findSchemas } = createKnownKeys();
    expect(collectPaths(example).filter((path) => findSchemas(path).length === 0)).toEqual([]);
  });

  test("shows every section", () => {
    const sections = createKnownKeys()
      .findKeys([])
      .filter((key) => key !== "unknown_model");
    expect(Object.keys(Object(example)).sort()).toEqual(sections.sort());
  });
});
