/** Checks one piece of an answer by the schema that is for it, unknown keys included. Knows no stream. */
import type { AnySchemaObject } from "ajv/dist/2020.js";
import { isJsonObject } from "../../src/protocol/openai/fields.ts";
import { type Checked, findKnown } from "./known-deviations.ts";
import { type Deviation, explain, fixture, follow, schemaOf } from "./openai-schema.ts";
import { findUnknownKeys } from "./unknown-keys.ts";

const schemas = {
  "chat answer": schemaOf("CreateChatCompletionResponse"),
  "input items": schemaOf("ResponseItemList"),
  "chat chunk": schemaOf("CreateChatCompletionStreamResponse"),
  completion: schemaOf("CreateCompletionResponse"),
  "completion chunk": schemaOf("CreateCompletionResponse"),
  embeddings: schemaOf("CreateEmbeddingResponse"),
  "model list": schemaOf("ListModelsResponse"),
  model: schemaOf("Model"),
  response: schemaOf("Response"),
  "response event": schemaOf("ResponseStreamEvent"),
  error: schemaOf("ErrorResponse"),
} satisfies Record<Checked, AnySchemaObject>;

/** All that is wrong with it, those known and allowed left out. */
export function checkAgainstSchema(checked: Checked, data: unknown): readonly Deviation[] {
  return allAgainstSchema(checked, data).filter((deviation) => findKnown(checked, deviation) === undefined);
}

/** All that is wrong with it, allowed or not. */
export function allAgainstSchema(checked: Checked, data: unknown): readonly Deviation[] {
  const schema = checked === "response event" ? eventSchema(data) : schemas[checked];
  return [...explain(schema, data), ...findUnknownKeys([schema], data)];
}

/** The one event's schema, as far as the type tells: complaints of the whole union would name every event. */
function eventSchema(data: unknown): AnySchemaObject {
  const type = isJsonObject(data) ? data["type"] : undefined;
  const { anyOf } = fixture.components.schemas["ResponseStreamEvent"] ?? {};
  const branches: readonly AnySchemaObject[] = Array.isArray(anyOf) ? anyOf : [];
  const branch = branches.find(({ $ref }) => follow($ref)["properties"]?.type?.enum?.includes(type) === true);
  return branch === undefined ? schemas["response event"] : schemaOf(branch["$ref"].split("/").at(-1) ?? "");
}
