/** Input as token ids, as LangChain sends it, turned back to text. Loads a tokenizer's table only then. */
import { badRequest } from "../../errors.ts";
import { decodeTokens, type Encoding } from "../../protocol/token-text.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendFacts } from "../mend.ts";
import { loadEncoding } from "../token-encoding.ts";

const source =
  "local-deep-research#4349, rag_api#115; Ollama's documents; llama-server reads them in its own model's vocabulary";

export const embeddingTokens: Mend = {
  id: "embedding-tokens",
  title: "Input given as token ids is turned back to text by the tokenizer of the model that was asked for.",
  source,
  kinds: localKinds,
  endpoints: ["embeddings"],
  ...createDecoder("input"),
};

export const promptTokens: Mend = {
  id: "prompt-tokens",
  title:
    "A prompt given as token ids is turned back to text by the tokenizer of the model that was asked for.",
  source,
  kinds: localKinds,
  endpoints: ["completions"],
  ...createDecoder("prompt"),
};

function createDecoder(field: "input" | "prompt"): Required<Pick<Mend, "applies" | "request">> {
  return {
    applies: ({ asked }: MendFacts) => Array.isArray(asked[field]) && asked[field].some(isIdOrList),
    async request(body, { asked }) {
      const given = body[field];
      if (!Array.isArray(given)) return undefined;
      const encoding = await loadEncoding(String(asked["model"]));
      const read = (ids: unknown, where: string) => textOf(ids, encoding, field, where);
      return {
        ...body,
        [field]: isIds(given)
          ? read(given, field)
          : given.map((ids: unknown, index) => read(ids, `${field}[${index}]`)),
      };
    },
  };
}

function isIdOrList(value: unknown): boolean {
  return typeof value === "number" || Array.isArray(value);
}

function isIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((id) => typeof id === "number");
}

function textOf(ids: unknown, encoding: Encoding, field: string, where: string): string {
  const text = isIds(ids) ? decodeTokens(ids, encoding) : undefined;
  if (text !== undefined && text !== "") return text;
  const fault = text === "" ? "is empty" : "holds ids that are no tokens of this model";
  throw badRequest(
    `Invalid value for '${field}': ${where} ${fault}. Send text instead; in LangChain set check_embedding_ctx_length=False.`,
    field,
    "invalid_value",
  );
}
