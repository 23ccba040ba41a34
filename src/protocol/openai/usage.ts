/** Reads, mends and estimates token counts. Knows no tokenizer: an estimate is made from bytes. */
import { isJsonObject, type JsonObject } from "./fields.ts";
import { takenOutOf } from "./long-texts.ts";

/** What English text comes to on average; near enough for a bill's order of magnitude. */
export const bytesPerToken = 4;

/** A rough count of the tokens in a text. */
export function estimateTokens(text: string): number {
  return Math.ceil((new TextEncoder().encode(text).byteLength + takenOutOf(text)) / bytesPerToken);
}

/** Counts as whole numbers, the total filled; the same object where all was well. `hasOutput` is false for embeddings. */
export function wholeUsage(usage: JsonObject, hasOutput: boolean): JsonObject {
  const counts = wholeNumbers(usage);
  const prompt = countOf(counts["prompt_tokens"]);
  const completion = countOf(counts["completion_tokens"]);
  const total = countOf(counts["total_tokens"]);
  const isWhole = prompt !== undefined && total !== undefined && (completion !== undefined || !hasOutput);
  if (isWhole) return counts;
  const output = completion ?? Math.max(0, (total ?? 0) - (prompt ?? 0));
  const input = prompt ?? Math.max(0, (total ?? 0) - output);
  return {
    ...counts,
    prompt_tokens: input,
    ...(hasOutput ? { completion_tokens: output } : {}),
    total_tokens: total ?? input + (hasOutput ? output : 0),
  };
}

function countOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Rounds every number, at any depth, and drops details that are null. */
function wholeNumbers(counts: JsonObject): JsonObject {
  if (Object.values(counts).every(isWhole)) return counts;
  const whole: [string, unknown][] = [];
  for (const [key, value] of Object.entries(counts)) {
    if (value === null) continue;
    if (typeof value === "number") whole.push([key, Math.round(value)]);
    else whole.push([key, isJsonObject(value) ? wholeNumbers(value) : value]);
  }
  return Object.fromEntries(whole);
}

function isWhole(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value);
  if (isJsonObject(value)) return Object.values(value).every(isWhole);
  return value !== null;
}

/** Estimated counts, marked as such in a field of the proxy's own. */
export function estimateUsage(input: string, output: string | undefined): JsonObject {
  const prompt_tokens = estimateTokens(input);
  const completion_tokens = output === undefined ? 0 : estimateTokens(output);
  return {
    prompt_tokens,
    ...(output === undefined ? {} : { completion_tokens }),
    total_tokens: prompt_tokens + completion_tokens,
    x_estimated: true,
  };
}
