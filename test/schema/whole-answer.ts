/** What a schema cannot say about whole answers: counts, order, sums. Takes answers that fit their schema. */
import { isJsonObject, type JsonObject } from "../../src/protocol/openai/fields.ts";
import { objectsIn } from "../../src/protocol/openai/parts.ts";
import type { Asked } from "./asked.ts";
import type { Deviation } from "./openai-schema.ts";

/** A chat answer or a legacy completion. */
export function checkChoices(body: JsonObject, asked: Asked): readonly Deviation[] {
  const choices = objectsIn(body["choices"]);
  const found: Deviation[] = [];
  if (choices.length !== asked.choices) {
    found.push({ at: "/choices", what: `are ${choices.length} where ${asked.choices} were asked for` });
  }
  choices.forEach((choice, place) => {
    if (choice["index"] !== place) found.push({ at: `/choices/${place}/index`, what: "is not its place" });
    found.push(...checkToolCalls(choice, `/choices/${place}`));
    found.push(...checkAlternatives(choice, asked, `/choices/${place}`));
  });
  return [...found, ...checkTotal(body["usage"])];
}

function checkToolCalls(choice: JsonObject, at: string): readonly Deviation[] {
  const message = isJsonObject(choice["message"]) ? choice["message"] : {};
  const found: Deviation[] = [];
  if ("tool_calls" in message) {
    const calls = objectsIn(message["tool_calls"]);
    if (calls.length === 0) found.push({ at: `${at}/message/tool_calls`, what: "is an empty list" });
    if (calls.some(({ id }) => id === ""))
      found.push({ at: `${at}/message/tool_calls`, what: "has a call without an id" });
    if (new Set(calls.map(({ id }) => id)).size < calls.length) {
      found.push({ at: `${at}/message/tool_calls`, what: "has one id twice" });
    }
  } else if (choice["finish_reason"] === "tool_calls") {
    found.push({ at: `${at}/finish_reason`, what: "tells of tool calls where none are" });
  }
  return found;
}

/** More other tokens than were asked for, in a choice of a chat answer or chunk. */
export function checkAlternatives(choice: JsonObject, asked: Asked, at: string): readonly Deviation[] {
  const tokens = isJsonObject(choice["logprobs"]) ? objectsIn(choice["logprobs"]["content"]) : [];
  const most = Math.max(0, ...tokens.map((token) => objectsIn(token["top_logprobs"]).length));
  if (most <= asked.alternatives) return [];
  return [
    { at: `${at}/logprobs`, what: `has ${most} alternatives where ${asked.alternatives} were asked for` },
  ];
}

/** Usage whose total is not the sum of its parts. */
export function checkTotal(usage: unknown): readonly Deviation[] {
  if (!isJsonObject(usage)) return [];
  const { prompt_tokens: prompt, completion_tokens: completion = 0, total_tokens: total } = usage;
  if (typeof prompt !== "number" || typeof completion !== "number") return [];
  return total === prompt + completion ? [] : [{ at: "/usage/total_tokens", what: "is not the sum" }];
}

/** A list of vectors. */
export function checkEmbeddings(body: JsonObject, asked: Asked): readonly Deviation[] {
  const data = objectsIn(body["data"]);
  const found: Deviation[] = [];
  if (data.length !== asked.inputs) {
    found.push({ at: "/data", what: `has ${data.length} vectors for ${asked.inputs} inputs` });
  }
  data.forEach(({ index, embedding }, place) => {
    if (index !== place) found.push({ at: `/data/${place}/index`, what: "is not its place" });
    const at = `/data/${place}/embedding`;
    if ((typeof embedding === "string") !== asked.base64) {
      found.push({
        at,
        what: `is not in the format that was asked for, ${asked.base64 ? "base64" : "float"}`,
      });
    }
    const length = lengthOf(embedding);
    if (length !== (asked.dimensions ?? length) || length === 0)
      found.push({ at, what: `has ${length} dimensions` });
  });
  return [...found, ...checkTotal(body["usage"])];
}

function lengthOf(embedding: unknown): number {
  if (Array.isArray(embedding)) return embedding.length;
  return typeof embedding === "string" ? Buffer.from(embedding, "base64").byteLength / 4 : 0;
}

/** A list of models. */
export function checkModelList(body: JsonObject): readonly Deviation[] {
  const ids = objectsIn(body["data"]).map(({ id }) => id);
  return ids
    .filter((id, place) => ids.indexOf(id) !== place)
    .map((id) => ({ at: "/data", what: `has ${id} twice` }));
}
