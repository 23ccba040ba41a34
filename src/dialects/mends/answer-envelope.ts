/** The frame around an answer: id, object, created, fingerprint. Knows no request but when it came. */
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { changeList } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendFacts } from "../mend.ts";

const prefixes = { chat: "chatcmpl-", completions: "cmpl-" } as const;
const objects = {
  chat: ["chat.completion", "chat.completion.chunk"],
  completions: ["text_completion", "text_completion"],
} as const;

export const answerEnvelope: Mend = {
  id: "answer-envelope",
  title:
    "Answers have an id of OpenAI's form, `object`, an integer `created`, and a fingerprint that is not the model's name.",
  source: "BT#676; llama-server (recorded: completion); openai-dotnet's source",
  kinds: localKinds,
  endpoints: ["chat", "completions", "embeddings"],
  answer(body, facts) {
    if (facts.endpoint !== "embeddings") return envelope(body, facts, 0);
    const data = changeList(body, "data", (item, index) =>
      "object" in item && "index" in item ? undefined : { object: "embedding", index, ...item },
    );
    return body["object"] === "list" ? data : { ...(data ?? body), object: "list" };
  },
  stream: (facts) => ({
    chunk(chunk) {
      const mended = envelope(chunk, facts, 1);
      return mended === undefined ? undefined : [mended];
    },
  }),
};

function envelope(body: JsonObject, { endpoint, askedAt }: MendFacts, form: 0 | 1): JsonObject | undefined {
  if (endpoint !== "chat" && endpoint !== "completions") return undefined;
  const changes: JsonObject = {};
  const id = formatId(body["id"], prefixes[endpoint], askedAt);
  if (id !== body["id"]) changes["id"] = id;
  if (body["object"] !== objects[endpoint][form]) changes["object"] = objects[endpoint][form];
  if (!Number.isInteger(body["created"])) {
    changes["created"] = typeof body["created"] === "number" ? Math.floor(body["created"]) : askedAt;
  }
  const print = body["system_fingerprint"];
  if (print !== undefined && print !== null && (typeof print !== "string" || print === body["model"])) {
    changes["system_fingerprint"] = `fp_${hash(String(print))}`;
  }
  return Object.keys(changes).length === 0 ? undefined : { ...body, ...changes };
}

/** The backend's own id under the right prefix: llama-server calls a completion `chatcmpl-…`. */
function formatId(id: unknown, prefix: string, askedAt: number): string {
  if (typeof id !== "string" || id === "") return `${prefix}${askedAt}`;
  return id.startsWith(prefix) ? id : prefix + id.replace(/^(chatcmpl|cmpl)-/, "");
}

/** FNV-1a, ten hex digits: the same name gives the same print. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value.toString(16).padStart(10, "0");
}
