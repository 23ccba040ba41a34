/** Input as token ids, as LangChain sends it, turned back to text. Loads a tokenizer only then. */
import { badRequest } from "../../errors.ts";
import type { Mend, MendFacts } from "../mend.ts";

export const embeddingTokens: Mend = {
  id: "embedding-tokens",
  title: "Input given as token ids is turned back to text by the tokenizer of the model that was asked for.",
  source: "local-deep-research#4349, rag_api#115; Ollama's documents",
  kinds: ["lmstudio", "ollama"],
  endpoints: ["embeddings"],
  applies: ({ asked }) => listsOf(asked["input"]) !== undefined,
  async request(body, facts) {
    const lists = listsOf(body["input"]);
    if (lists === undefined) return undefined;
    const decode = await loadDecoder(facts);
    const texts = lists.map((ids, index) => decodeOrRefuse(decode, ids, index));
    return { ...body, input: isFlat(body["input"]) ? texts[0] : texts };
  },
};

type Decode = (ids: number[]) => string;

/** One list of ids, or a list of such lists; undefined for text. */
function listsOf(input: unknown): number[][] | undefined {
  if (isFlat(input)) return [input];
  if (!Array.isArray(input) || input.length === 0) return undefined;
  const lists = input.filter(isFlat);
  return lists.length === input.length ? lists : undefined;
}

function isFlat(input: unknown): input is number[] {
  return Array.isArray(input) && input.length > 0 && input.every((id) => typeof id === "number");
}

/** Embedding models and everything before gpt-4o count in cl100k_base, gpt-4o and the o-series in o200k_base. */
async function loadDecoder({ asked }: MendFacts): Promise<Decode> {
  const isNewer = /^(gpt-4o|gpt-4\.1|gpt-5|chatgpt-4o|o\d)/.test(String(asked["model"]));
  const { decode } = isNewer
    ? await import("gpt-tokenizer/encoding/o200k_base")
    : await import("gpt-tokenizer/encoding/cl100k_base");
  return decode;
}

function decodeOrRefuse(decode: Decode, ids: number[], index: number): string {
  try {
    const text = decode(ids);
    if (text !== "") return text;
  } catch {
    // Said below, in the client's words.
  }
  throw badRequest(
    `Invalid value for 'input': list ${index} holds ids that are no tokens of this model. Send text instead; in LangChain set check_embedding_ctx_length=False.`,
    "input",
    "invalid_value",
  );
}
