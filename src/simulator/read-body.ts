/** Reads a request's JSON and refuses it in LM Studio's words. Knows no endpoint's fields. */
import type { z } from "zod";
import type { SimulatorContext } from "./box.ts";
import { badField } from "./refusal.ts";

/** Parses the body by a schema whose own messages begin with the field in quotes. */
export async function readBody<Schema extends z.ZodType>(
  context: SimulatorContext,
  schema: Schema,
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(await readJson(context));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const message = issue?.message ?? "Invalid request.";
  throw badField(message.startsWith("'") ? message : `'${issue?.path.join(".") ?? ""}': ${message}`);
}

async function readJson(context: SimulatorContext): Promise<unknown> {
  try {
    return (await context.req.json()) as unknown;
  } catch (cause) {
    context.var.work.signal.throwIfAborted();
    throw badField(`The body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
