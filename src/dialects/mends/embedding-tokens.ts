/** Input as token ids, as LangChain sends it, turned back to text. Loads a tokenizer's table only then. */
import { badRequest } from "../../errors.ts";
import { decodeTokens, type Encoding } from "../../protocol/token-text.ts";
import type { Mend } from "../mend.ts";

export const embeddingTokens: Mend = {
  id: "embedding-tokens",
  title: "Input given as token ids is turned back to text by the tokenizer of the model that was asked for.",
  source: "local-deep-research#4349, rag_api#115; Ollama's documents",
  kinds: ["lmstudio", "ollama"],
  endpoints: ["embeddings"],
  applies: ({ asked }) => Array.isArray(asked["input"]) && asked["input"].some(isIdOrList),
  async request(body, { asked }) {
    const { input } = body;
    if (!Array.isArray(input)) return undefined;
    const encoding = await loadEncoding(String(asked["model"]));
    return {
      ...body,
      input: isIds(input)
        ? textOf(input, encoding, "input")
        : input.map((ids: unknown, index) => textOf(ids, encoding, `input[${index}]`)),
    };
  },
};

function isIdOrList(value: unknown): boolean {
  return typeof value === "number" || Array.isArray(value);
}

function isIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((id) => typeof id === "number");
}

/** Embedding models and all before gpt-4o count in cl100k_base, later ones in o200k_base. A provider's prefix does not count. */
const newerModel = /(^|\/)(gpt-4o|chatgpt-4o|gpt-4\.[15]|gpt-[5-9]|gpt-oss|o\d)/;

/**
 * The tables alone: the library's own decoder keeps the bytes of a cut letter for whoever decodes next, and its encoder's
 * index takes memory that nobody here needs.
 */
async function loadEncoding(model: string): Promise<Encoding> {
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

function textOf(ids: unknown, encoding: Encoding, where: string): string {
  const text = isIds(ids) ? decodeTokens(ids, encoding) : undefined;
  if (text !== undefined && text !== "") return text;
  const fault = text === "" ? "is empty" : "holds ids that are no tokens of this model";
  throw badRequest(
    `Invalid value for 'input': ${where} ${fault}. Send text instead; in LangChain set check_embedding_ctx_length=False.`,
    "input",
    "invalid_value",
  );
}
