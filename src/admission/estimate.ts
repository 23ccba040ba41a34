/** Guesses how many tokens a request will take, before anybody has counted. Pure. */
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { takenOutOf } from "../protocol/openai/long-texts.ts";
import { bytesPerToken } from "../protocol/openai/usage.ts";

/** Where the texts stand that the model reads, by any endpoint. */
const promptFields = ["messages", "input", "prompt", "system", "instructions", "tools", "functions"];
const answerFields = ["max_completion_tokens", "max_tokens", "max_output_tokens"];
/** Images, sounds and files: what they come to in tokens has nothing to do with their bytes. */
const mediaFields: ReadonlySet<string> = new Set(["image_url", "input_audio", "file", "file_data", "source"]);

/** In JSON a number of a list takes two bytes, and no text fewer than it has itself. */
const leastBytesPerToken = 2;

/**
 * As OpenAI counts before it answers: the prompt's estimate, or the longest answer asked for, whichever is more. `bytes` is
 * how long the request is as JSON.
 */
export function estimateRequest(fields: JsonObject, bytes: number): number {
  const longest = answerFields.map((field) => fields[field]).find((value) => typeof value === "number");
  const choices = typeof fields["n"] === "number" ? Math.max(1, fields["n"]) : 1;
  const answer = Math.max(1, Math.ceil((longest ?? 0) * choices));
  // So short a request cannot come to more, whatever it says.
  if (bytes <= answer * leastBytesPerToken) return answer;
  let prompt = 0;
  for (const field of promptFields) prompt += tokensIn(fields[field]);
  return Math.max(answer, Math.ceil(prompt));
}

/** A list of numbers is one of tokens. Goes no deeper than a request has reason to. */
function tokensIn(value: unknown, depth = 0): number {
  if (typeof value === "string") return utf8Length(value) / bytesPerToken;
  if (typeof value === "number") return 1;
  if (depth > 12) return 0;
  let sum = 0;
  if (Array.isArray(value)) for (const part of value) sum += tokensIn(part, depth + 1);
  else if (isJsonObject(value))
    for (const name of Object.keys(value))
      if (!mediaFields.has(name)) sum += tokensIn(value[name], depth + 1);
  return sum;
}

/** A longer text is judged by this many of its letters, from all parts of it. */
const mostLooked = 4_096;

/** Without making the bytes. */
function utf8Length(text: string): number {
  const stride = Math.max(1, Math.floor(text.length / mostLooked));
  let beyond = 0;
  for (let index = 0; index < text.length; index += stride) {
    const unit = text.charCodeAt(index);
    // The two halves of a pair come to four bytes together.
    if (unit > 0x7f) beyond += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return text.length + beyond * stride + takenOutOf(text);
}
