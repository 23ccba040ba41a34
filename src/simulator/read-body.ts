/** Reads a request's JSON and checks it. Knows no server's words and no endpoint's fields. */
import type { z } from "zod";
import type { Box, SimulatorContext } from "./box.ts";
import type { Refusal } from "./refusal.ts";

/** The body's JSON; what is none is refused in the server's words. */
export async function readJson(context: SimulatorContext, box: Box): Promise<unknown> {
  const text = await context.req.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    context.var.work.signal.throwIfAborted();
    throw box.conduct.malformedBody(text, cause);
  }
}

/** Parses by a schema; the first thing that is wrong is what the refusal is made from. */
export function checkBody<Schema extends z.ZodType>(
  body: unknown,
  schema: Schema,
  toRefusal: (issue: z.core.$ZodIssue) => Refusal,
): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw issue === undefined ? parsed.error : toRefusal(issue);
}
