/** Checks tools as LM Studio does, whose error is then a string that holds a JSON array of issues (docker-agent#278). */
import { z } from "zod";
import { Refusal } from "../../refusal.ts";
import type { Tool } from "../../prompt.ts";

// The mend `tool-parameters` answers it: a missing, null or differently typed schema is refused, however harmless the function (BT#1652).
const parameters = z.looseObject({
  type: z.literal("object"),
  // The mend `schema-dialect` answers it.
  $schema: z.never().optional(),
});
// The mend `tool-strict` answers it (docker-agent#278).
const named = {
  name: z.string(),
  description: z.string().nullish(),
  parameters,
  strict: z.never().optional(),
};

const nestedTools = z.object({
  tools: z.array(z.looseObject({ type: z.literal("function"), function: z.looseObject(named) })),
});
const flatTools = z.object({
  tools: z.array(z.looseObject({ type: z.literal("function"), ...named })),
});

/** Tools in the form of chat completions: the function is an object of its own. */
export function parseNestedTools(tools: unknown): readonly Tool[] {
  if (tools === undefined || tools === null) return [];
  return parse(nestedTools, tools).tools.map((tool) => toTool(tool.function));
}

/** Tools in the form of responses: the name stands beside the type. */
export function parseFlatTools(tools: unknown): readonly Tool[] {
  if (tools === undefined || tools === null) return [];
  return parse(flatTools, tools).tools.map(toTool);
}

function parse<Schema extends z.ZodType>(schema: Schema, tools: unknown): z.output<Schema> {
  const parsed = schema.safeParse({ tools });
  if (parsed.success) return parsed.data;
  throw new Refusal(400, JSON.stringify(parsed.error.issues, null, 2));
}

function toTool(tool: z.output<z.ZodObject<typeof named>>): Tool {
  return { name: tool.name, description: tool.description ?? "", parameters: tool.parameters };
}
