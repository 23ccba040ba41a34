/** The schemas of deploy/, compiled, with their complaints in words. Knows no file of deploy/. */
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../support/launch.ts";

export interface SchemaFile {
  /** The names of its definitions. */
  readonly definitions: readonly string[];
  /** What the whole schema, or one definition of it, says against the value; nothing where it is valid. */
  explain(value: unknown, definition?: string): readonly string[];
}

export function readSchema(folder: "kubernetes" | "compose"): SchemaFile {
  const path = join(projectRoot, "test/fixtures", folder, "schema.json");
  const schema = JSON.parse(readFileSync(path, "utf8")) as AnySchemaObject & {
    readonly $id: string;
    readonly $defs: Readonly<Record<string, unknown>>;
  };
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  for (const [format, least, most] of integers) {
    ajv.addFormat(format, { type: "number", validate: (value) => value >= least && value <= most });
  }
  for (const format of ["double", "byte", "date-time"]) ajv.addFormat(format, true);
  ajv.addSchema(schema);
  return {
    definitions: Object.keys(schema.$defs),
    explain(value, definition) {
      const check = ajv.getSchema(
        definition === undefined ? schema.$id : `${schema.$id}#/$defs/${definition}`,
      );
      if (check === undefined) throw new Error(`${schema.$id} has no ${definition}`);
      void check(value);
      return (check.errors ?? []).map(
        ({ instancePath, message, params }) =>
          `${instancePath} ${message}${"additionalProperty" in params ? `: ${params["additionalProperty"]}` : ""}`,
      );
    },
  };
}

const integers = [
  ["int32", -(2 ** 31), 2 ** 31 - 1],
  ["int64", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
] as const;
