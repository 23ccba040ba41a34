/** OpenAI's schema, compiled, with its complaints in words. Knows no endpoint and no allowance. */
import addFormats from "ajv-formats";
import { Ajv2020, type AnySchemaObject, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject } from "../../src/protocol/openai/fields.ts";
import { projectRoot } from "../support/launch.ts";

/** One thing that is not as it should be. */
export interface Deviation {
  /** A JSON pointer into what was checked. */
  readonly at: string;
  readonly what: string;
}

/** The fixture as it is. */
export const fixture = JSON.parse(
  readFileSync(join(projectRoot, "test/fixtures/openai-schema/schema.json"), "utf8"),
) as {
  readonly $id: string;
  readonly components: { readonly schemas: Readonly<Record<string, AnySchemaObject>> };
};

const ajv = new Ajv2020({ strict: false, allErrors: true, verbose: true });
addFormats.default(ajv);
ajv.addFormat("unixtime", true);
ajv.addSchema(absolute(fixture));

/** References with the document's name before them, so that any part can be compiled by itself. */
function absolute<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll('"$ref":"#/', `"$ref":"${fixture.$id}#/`)) as T;
}

/** The named schema, with references that `follow` understands. */
export function schemaOf(name: string): AnySchemaObject {
  if (!(name in fixture.components.schemas)) throw new Error(`the fixture has no schema ${name}`);
  return { $ref: `${fixture.$id}#/components/schemas/${name}` };
}

const followed = new Map<string, AnySchemaObject>();

/** What a reference stands for. */
export function follow(reference: string): AnySchemaObject {
  const known = followed.get(reference);
  if (known !== undefined) return known;
  const schema = fixture.components.schemas[reference.split("/").at(-1) ?? ""];
  if (schema === undefined) throw new Error(`nothing is behind ${reference}`);
  const found = absolute(schema);
  followed.set(reference, found);
  return found;
}

const compiled = new WeakMap<AnySchemaObject, ValidateFunction>();

/** A check of one schema, which may be any part of the fixture. */
export function compile(schema: AnySchemaObject): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const check = ajv.compile(schema);
  compiled.set(schema, check);
  return check;
}

interface Complaint extends Deviation {
  readonly keyword: string;
}

/** What the schema says against the data; nothing where it is valid. */
export function explain(schema: AnySchemaObject, data: unknown): readonly Deviation[] {
  return complain(schema, data, "").map(({ at, what }) => ({ at, what }));
}

function complain(schema: AnySchemaObject, data: unknown, at: string): readonly Complaint[] {
  const check = compile(schema);
  if (check(data)) return [];
  const errors = check.errors ?? [];
  const unions = outermostUnions(errors);
  const plain = errors.filter(
    (error) =>
      !unions.some(
        (union) => error === union || (error.parentSchema !== union.parentSchema && isWithin(error, union)),
      ),
  );
  return [
    ...plain.map((error) => toComplaint(error, at)),
    ...unions.flatMap((union) => nearestBranch(union, at + union.instancePath)),
  ];
}

/** Their branches' own complaints follow from them. */
function outermostUnions(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const kept: ErrorObject[] = [];
  for (const error of errors.toReversed()) {
    if (error.keyword !== "anyOf" && error.keyword !== "oneOf") continue;
    if (!kept.some((outer) => isWithin(error, outer))) kept.unshift(error);
  }
  return kept;
}

function isWithin(inner: ErrorObject, outer: ErrorObject): boolean {
  return inner.instancePath === outer.instancePath || inner.instancePath.startsWith(`${outer.instancePath}/`);
}

/** The complaints of the form that the data most likely was meant to have. */
function nearestBranch(union: ErrorObject, at: string): readonly Complaint[] {
  const branches = Array.isArray(union.schema) ? union.schema : [];
  const { keyword, data } = union;
  const all = branches.map((branch: AnySchemaObject) => complain(branch, data, at));
  if (all.some((complaints) => complaints.length === 0))
    return [{ at, keyword, what: "fits several forms at once" }];
  const ranked = all
    .map((complaints) => ({ complaints, distance: distanceOf(complaints, at) }))
    .sort((a, b) => a.distance - b.distance || a.complaints.length - b.complaints.length);
  const [nearest] = ranked;
  if (nearest === undefined || nearest.distance === 0) return nearest?.complaints ?? [];
  const type = isJsonObject(data) ? data["type"] : undefined;
  if (nearest.distance === 1) {
    return [{ at: `${at}/type`, keyword, what: `is none of the known types: ${JSON.stringify(type)}` }];
  }
  const wanted = new Set(
    all
      .flat()
      .filter((complaint) => complaint.at === at)
      .map(({ what }) => what),
  );
  return [{ at, keyword, what: [...wanted].join(", or ") }];
}

/** 2 where it is another kind of value, 1 where it is another `type` of object. */
function distanceOf(complaints: readonly Complaint[], at: string): number {
  if (complaints.some((one) => one.at === at && one.keyword !== "required")) return 2;
  if (complaints.some((one) => one.at === `${at}/type` && one.keyword === "enum")) return 1;
  return 0;
}

function toComplaint(error: ErrorObject, at: string): Complaint {
  const { keyword, instancePath, params, message = keyword } = error;
  const place = at + instancePath;
  if (keyword === "required")
    return { at: `${place}/${params["missingProperty"]}`, keyword, what: "is missing" };
  if (keyword === "additionalProperties") {
    return { at: `${place}/${params["additionalProperty"]}`, keyword, what: "is not allowed" };
  }
  if (keyword === "enum") {
    return {
      at: place,
      keyword,
      what: `must be one of ${JSON.stringify(error.schema)}, is ${shown(error.data)}`,
    };
  }
  return { at: place, keyword, what: `${message}, is ${shown(error.data)}` };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
