/** Finds the keys of an answer that OpenAI's schema does not name, at any depth. Knows no allowance. */
import type { AnySchemaObject } from "ajv/dist/2020.js";
import { isJsonObject } from "../../src/protocol/openai/fields.ts";
import { compile, follow, type Deviation } from "./openai-schema.ts";

/** One deviation a key. Data that does not fit the schema is looked at as far as it does. */
export function findUnknownKeys(
  schemas: readonly AnySchemaObject[],
  data: unknown,
  at = "",
): readonly Deviation[] {
  const forms = schemas.flatMap((schema) => formsOf(schema, data));
  if (Array.isArray(data)) {
    const items = schemasAt(forms, "items");
    return data.flatMap((item, index) => findUnknownKeys(items, item, `${at}/${index}`));
  }
  if (!isJsonObject(data)) return [];
  const named = forms.map((form) => form["properties"]).filter(isJsonObject);
  const open = schemasAt(forms, "additionalProperties");
  const isOpen = named.length === 0 || open.length > 0;
  return Object.entries(data).flatMap(([key, value]) => {
    const known = named.flatMap((properties) => (isSchema(properties[key]) ? [properties[key]] : []));
    if (known.length > 0) return findUnknownKeys(known, value, `${at}/${key}`);
    return isOpen
      ? findUnknownKeys(open, value, `${at}/${key}`)
      : [{ at: `${at}/${key}`, what: "is unknown to the schema" }];
  });
}

/** The plain schemas that speak about this data: references followed, of unions what fits, or all where nothing does. */
function formsOf(schema: AnySchemaObject, data: unknown): readonly AnySchemaObject[] {
  const { $ref, allOf, anyOf, oneOf } = schema;
  const branches = [...schemasIn(anyOf), ...schemasIn(oneOf)];
  const fitting = branches.filter((part) => compile(part)(data));
  const parts = [
    ...(typeof $ref === "string" ? [follow($ref)] : []),
    ...schemasIn(allOf),
    ...(fitting.length > 0 ? fitting : branches),
  ];
  return [schema, ...parts.flatMap((part) => formsOf(part, data))];
}

function schemasAt(forms: readonly AnySchemaObject[], keyword: string): readonly AnySchemaObject[] {
  return forms.flatMap((form) => {
    const value: unknown = form[keyword];
    return value === true ? [{}] : isSchema(value) ? [value] : [];
  });
}

function schemasIn(value: unknown): readonly AnySchemaObject[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

function isSchema(value: unknown): value is AnySchemaObject {
  return isJsonObject(value);
}
