/** OpenAI's token tables, loaded only when token ids have to be read. Knows no request. */
import type { Encoding } from "../protocol/token-text.ts";

/** Embedding models and all before gpt-4o count in cl100k_base, later ones in o200k_base. A provider's prefix does not count. */
const newerModel = /(^|\/)(gpt-4o|chatgpt-4o|gpt-4\.[15]|gpt-[5-9]|gpt-oss|o\d)/;

/**
 * The tables alone: the library's own decoder keeps the bytes of a cut letter for whoever decodes next, and its encoder's
 * index takes memory that nobody here needs.
 */
export async function loadEncoding(model: string): Promise<Encoding> {
  if (newerModel.test(model)) {
    const [{ default: tokens }, { O200KBase }] = await Promise.all([
      import("gpt-tokenizer/bpeRanks/o200k_base"),
      import("gpt-tokenizer/encodingParams/o200k_base"),
    ]);
    return { tokens, special: byId(O200KBase(tokens).specialTokensEncoder) };
  }
  const [{ default: tokens }, { Cl100KBase }] = await Promise.all([
    import("gpt-tokenizer/bpeRanks/cl100k_base"),
    import("gpt-tokenizer/encodingParams/cl100k_base"),
  ]);
  return { tokens, special: byId(Cl100KBase(tokens).specialTokensEncoder) };
}

function byId(special: ReadonlyMap<string, number> = new Map()): ReadonlyMap<number, string> {
  return new Map([...special].map(([text, id]) => [id, text]));
}
