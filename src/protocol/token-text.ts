/** Turns token ids back to text, by a table of what each id stands for. Pure; knows no table and no model. */

/** What an id stands for: text, or bytes where it is a part of a letter. */
export type TokenTable = readonly (string | readonly number[])[];

export interface Encoding {
  readonly tokens: TokenTable;
  /** Ids outside the table, such as `<|endoftext|>`. */
  readonly special: ReadonlyMap<number, string>;
}

/**
 * Undefined where an id is none of the encoding's. A letter that is cut at either end becomes U+FFFD, as in OpenAI's own
 * decoder; each call has a decoder of its own, so that no cut letter runs into another client's text.
 */
export function decodeTokens(ids: readonly number[], { tokens, special }: Encoding): string | undefined {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  for (const id of ids) {
    const token = tokens[id] ?? special.get(id);
    if (token === undefined) return undefined;
    text +=
      typeof token === "string"
        ? decoder.decode() + token
        : decoder.decode(Uint8Array.from(token), { stream: true });
  }
  return text + decoder.decode();
}
