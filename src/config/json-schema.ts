/** The configuration's JSON Schema, for editors and for error messages. Knows no file and adds no rule of its own. */
import { z } from "zod";
import { configSchema } from "./schema.ts";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Draft 7, of what an operator writes; the same object content at every call. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, { io: "input", target: "draft-7" });
  return {
    $schema: $schema ?? "http://json-schema.org/draft-07/schema#",
    title: "openai-local-proxy configuration",
    description: "Which backends run the models, and which names of theirs an app may ask for.",
    ...rest,
  };
}
