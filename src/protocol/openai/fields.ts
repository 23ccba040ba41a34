/** The field types that several request schemas share. Null means absent, as OpenAI has it. */
import { z } from "zod";

export const modelField = z.string().min(1).max(512);
export const streamField = z.boolean().nullish();
export const numberField = z.number().nullish();
export const integerField = z.int().nullish();
/** One of 64 bits, as OpenAI's `seed`, is more than a number holds exactly. */
export const wideIntegerField = z.number().refine(Number.isInteger, "expected an integer").nullish();
export const stopField = z.union([z.string(), z.array(z.string())]).nullish();
export const objectField = z.looseObject({}).nullish();

/** What chat and legacy completions have in common. */
export const generationFields = {
  model: modelField,
  stream: streamField,
  stream_options: objectField,
  temperature: numberField,
  top_p: numberField,
  presence_penalty: numberField,
  frequency_penalty: numberField,
  n: z.int().min(1).max(128).nullish(),
  seed: wideIntegerField,
  max_tokens: integerField,
  stop: stopField,
};

/** A parsed JSON object whose fields nobody has looked at yet. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is a JSON object, as opposed to an array, a scalar or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
