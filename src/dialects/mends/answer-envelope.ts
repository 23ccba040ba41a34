/** The outermost keys of answers and chunks. Knows no choice and no usage; the model's name is left to others. */
import { digestText } from "../../protocol/digest.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, without } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendFacts, MendStage } from "../mend.ts";

export const answerEnvelope: Mend = {
  id: "answer-envelope",
  title:
    "Answers and chunks have `id`, `object`, `created` and `choices` as OpenAI forms them, and a true `system_fingerprint`.",
  source: "BT#676; llama-server as recorded (completion); ollama_openai#34; OpenAI's schema",
  kinds: localKinds,
  endpoints: ["chat", "completions", "embeddings"],
  answer(body, facts) {
    if ("error" in body) return undefined;
    return facts.endpoint === "embeddings" ? mendList(body) : mendEnvelope(body, facts, {}, false);
  },
  stream: () => new ChunkEnvelopes(),
};

/** Gives all chunks of an answer the id and the time of its first one. */
class ChunkEnvelopes implements MendStage, Envelope {
  id: string | undefined;
  created: number | undefined;

  chunk(chunk: JsonObject, facts: MendFacts): readonly JsonObject[] | undefined {
    if ("error" in chunk) return undefined;
    const mended = mendEnvelope(chunk, facts, this, true);
    const { id, created } = mended ?? chunk;
    if (this.id === undefined && typeof id === "string" && typeof created === "number") {
      this.id = id;
      this.created = created;
    }
    return mended === undefined ? undefined : [mended];
  }
}

interface Envelope {
  readonly id?: string | undefined;
  readonly created?: number | undefined;
}

const prefixes: Partial<Record<MendFacts["endpoint"], string>> = { chat: "chatcmpl-", completions: "cmpl-" };

function mendEnvelope(
  body: JsonObject,
  facts: MendFacts,
  first: Envelope,
  isChunk: boolean,
): JsonObject | undefined {
  const object =
    facts.endpoint === "completions"
      ? "text_completion"
      : isChunk
        ? "chat.completion.chunk"
        : "chat.completion";
  const id = first.id ?? idOf(body, facts);
  const created = first.created ?? secondsOf(body["created"], facts.askedAt);
  const choices: unknown = Array.isArray(body["choices"]) ? body["choices"] : [];
  const isFormed =
    body["id"] === id &&
    body["object"] === object &&
    body["created"] === created &&
    body["choices"] === choices;
  const fingerprint = fingerprintOf(body, facts);
  if (fingerprint === undefined && "system_fingerprint" in body) {
    return { ...without(body, ["system_fingerprint"]), id, object, created, choices };
  }
  if (fingerprint === body["system_fingerprint"]) {
    return isFormed ? undefined : { ...body, id, object, created, choices };
  }
  return { ...body, id, object, created, choices, system_fingerprint: fingerprint };
}

function idOf(body: JsonObject, { endpoint, asked }: MendFacts): string {
  const prefix = prefixes[endpoint] ?? "";
  const { id } = body;
  if (typeof id !== "string" || id === "") return prefix + digestText(JSON.stringify([asked, body]), 29);
  if (id.startsWith(prefix)) return id;
  return prefix + id.replace(/^(chatcmpl|cmpl)-/, "");
}

/** Whole seconds; the time of asking where the backend tells none. */
function secondsOf(created: unknown, askedAt: number): number {
  const time = typeof created === "string" && created.trim() !== "" ? Number(created) : created;
  if (typeof time !== "number" || !Number.isFinite(time)) return Math.trunc(askedAt);
  // Later than the year 5000 in seconds: it was told in milliseconds.
  return Math.trunc(time > 1e11 ? time / 1000 : time);
}

/** LM Studio puts the model's name there, which would tell what stands behind an alias. */
function fingerprintOf(body: JsonObject, { model }: MendFacts): string | undefined {
  const { system_fingerprint: fingerprint } = body;
  if (typeof fingerprint !== "string" || fingerprint === "") return undefined;
  const isName = fingerprint === model || fingerprint === body["model"];
  return isName ? `fp_${digestText(fingerprint, 10, "0123456789abcdef")}` : fingerprint;
}

function mendList(body: JsonObject): JsonObject | undefined {
  const filled = changeList(body, "data", (item, place) => {
    const index = typeof item["index"] === "number" ? item["index"] : place;
    if (item["object"] === "embedding" && item["index"] === index) return undefined;
    return isJsonObject(item) ? { ...item, object: "embedding", index } : undefined;
  });
  if (body["object"] === "list") return filled;
  return { ...(filled ?? body), object: "list" };
}
