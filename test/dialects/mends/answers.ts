/** Runs mends over answers and streams as the proxy does, for tests of what they make of them. */
import { createStreamMend, mendAnswer } from "../../../src/dialects/apply.ts";
import type { Mend, MendFacts } from "../../../src/dialects/mend.ts";
import { isJsonObject, type JsonObject } from "../../../src/protocol/openai/fields.ts";
import { objectsIn } from "../../../src/protocol/openai/parts.ts";
import { type GivenFacts, mendFacts } from "../../support/mend-facts.ts";

export function factsOf(
  asked: JsonObject = {},
  endpoint: MendFacts["endpoint"] = "chat",
  options?: GivenFacts["options"],
): MendFacts {
  return mendFacts({ endpoint, asked, model: "box-model", options });
}

/** Those of the mends that this request needs. */
const needed = (mends: readonly Mend[], facts: MendFacts) =>
  mends.filter((mend) => mend.applies?.(facts) ?? true);

export function runAnswer(mends: readonly Mend[], body: JsonObject, facts = factsOf()) {
  const before = JSON.stringify(body);
  const mended = mendAnswer(needed(mends, facts), body, facts);
  if (JSON.stringify(body) !== before) throw new Error("A mend changed its input.");
  return mended;
}

/** What a client gets for these chunks, and after each chunk what it had got by then. */
export function runStream(mends: readonly Mend[], chunks: readonly JsonObject[], facts = factsOf()) {
  const applied = new Set<string>();
  const mend = createStreamMend(needed(mends, facts), facts, (id) => applied.add(id));
  const sent: JsonObject[] = [];
  const sentAfter = chunks.map((chunk) => {
    const before = JSON.stringify(chunk);
    sent.push(...(mend?.chunk(chunk) ?? [chunk]));
    if (JSON.stringify(chunk) !== before) throw new Error("A mend changed its input.");
    return [...sent];
  });
  sent.push(...(mend?.end?.() ?? []));
  return { sent, sentAfter, applied: [...applied] };
}

export function choicesOf(chunks: readonly JsonObject[], index = 0): readonly JsonObject[] {
  return chunks.flatMap((chunk) => objectsIn(chunk["choices"])).filter((choice) => choice["index"] === index);
}

export function deltasOf(chunks: readonly JsonObject[], index = 0): readonly JsonObject[] {
  return choicesOf(chunks, index).flatMap(({ delta }) => (isJsonObject(delta) ? [delta] : []));
}

/** All texts of one field of the deltas, joined. */
export function joined(chunks: readonly JsonObject[], field: string, index = 0): string {
  return deltasOf(chunks, index)
    .map((delta) => delta[field])
    .filter((text) => typeof text === "string")
    .join("");
}

export function finishesOf(chunks: readonly JsonObject[], index = 0): readonly unknown[] {
  return choicesOf(chunks, index)
    .map((choice) => choice["finish_reason"])
    .filter((reason) => reason !== null);
}

/** A chunk as LM Studio sends it: the role in every delta. */
export function chunkOf(delta: JsonObject, finish_reason: unknown = null, index = 0): JsonObject {
  return {
    id: "chatcmpl-um3b",
    object: "chat.completion.chunk",
    created: 1747835957,
    model: "box-model",
    system_fingerprint: "box-model",
    choices: [{ index, delta, logprobs: null, finish_reason }],
  };
}

export const spoken = (content: string) => chunkOf({ role: "assistant", content });

export function answerOf(message: JsonObject, finish_reason: unknown = "stop"): JsonObject {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "box-model",
    choices: [{ index: 0, message: { role: "assistant", ...message }, logprobs: null, finish_reason }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}

/** The first choice of an answer. */
export const firstOf = (body: JsonObject): JsonObject => objectsIn(body["choices"])[0] ?? {};

export const messageOf = (body: JsonObject): JsonObject => {
  const { message } = firstOf(body);
  return isJsonObject(message) ? message : {};
};

/** The text cut into pieces of the given lengths, over and over. */
export function cut(text: string, lengths: readonly number[]): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const length = Math.max(1, lengths[turn % Math.max(1, lengths.length)] ?? 1);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

export const weatherTools = [
  {
    type: "function",
    function: {
      name: "get_weather",
      parameters: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
    },
  },
  { type: "function", function: { name: "get_time", parameters: { type: "object", properties: {} } } },
];
