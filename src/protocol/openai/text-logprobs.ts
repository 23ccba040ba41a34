/** Turns the log probabilities of chat into those of legacy completions. Pure. */
import { isJsonObject, type JsonObject } from "./fields.ts";
import { objectsIn } from "./parts.ts";

export interface TextLogprobs {
  readonly logprobs: JsonObject;
  /** Where the next token begins. */
  readonly offset: number;
}

/** Undefined where the value is not of chat's format; offsets count characters from `offset`. */
export function toTextLogprobs(value: unknown, offset: number): TextLogprobs | undefined {
  if (!isJsonObject(value) || !Array.isArray(value["content"])) return undefined;
  const { content, ...others } = value;
  const entries = objectsIn(content);
  const tokens = entries.map(({ token }) => (typeof token === "string" ? token : ""));
  let next = offset;
  const offsets = tokens.map((token) => {
    const start = next;
    next += token.length;
    return start;
  });
  const logprobs = {
    ...others,
    tokens,
    token_logprobs: entries.map(({ logprob }) => logprob ?? null),
    top_logprobs: entries.map(({ top_logprobs: top }) =>
      Object.fromEntries(objectsIn(top).map(({ token, logprob }) => [String(token), logprob])),
    ),
    text_offset: offsets,
  };
  return { logprobs, offset: next };
}
