/** What a recorded request asked for that its answer must obey. Knows no answer. */
import { isJsonObject } from "../../src/protocol/openai/fields.ts";

export interface Asked {
  readonly isStream: boolean;
  readonly includesUsage: boolean;
  /** How many choices. */
  readonly choices: number;
  /** How many other tokens beside each one told. */
  readonly alternatives: number;
  /** How many vectors. */
  readonly inputs: number;
  readonly base64: boolean;
  readonly dimensions: number | undefined;
}

/** Reads a request's body; one that is no JSON object asks for nothing. */
export function readAsked(text: string): Asked {
  const body = parse(text);
  const options = isJsonObject(body["stream_options"]) ? body["stream_options"] : {};
  const { n, prompt, input, dimensions, top_logprobs: alternatives } = body;
  return {
    isStream: body["stream"] === true,
    includesUsage: options["include_usage"] === true,
    choices: (typeof n === "number" ? n : 1) * countTexts(prompt),
    alternatives: typeof alternatives === "number" ? alternatives : 0,
    inputs: countTexts(input),
    base64: body["encoding_format"] === "base64",
    dimensions: typeof dimensions === "number" ? dimensions : undefined,
  };
}

/** A list of numbers is one text in tokens. */
function countTexts(value: unknown): number {
  return Array.isArray(value) && typeof value[0] !== "number" ? value.length : 1;
}

function parse(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return isJsonObject(body) ? body : {};
  } catch {
    return {};
  }
}
