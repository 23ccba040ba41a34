/** What a schema cannot say about the chunks of a chat or completion stream: once, first, last, the same. */
import { isJsonObject, type JsonObject } from "../../src/protocol/openai/fields.ts";
import { objectsIn } from "../../src/protocol/openai/parts.ts";
import type { Asked } from "./asked.ts";
import type { Deviation } from "./openai-schema.ts";
import { checkAlternatives, checkTotal } from "./whole-answer.ts";

export interface ChunkAt {
  readonly at: string;
  readonly chunk: JsonObject;
}

/** `isWhole` is false where an error ended the stream: what was still to come is not missed then. */
export function checkChunks(
  chunks: readonly ChunkAt[],
  asked: Asked,
  isWhole: boolean,
): readonly Deviation[] {
  return [
    ...checkSame(chunks),
    ...checkUsage(chunks, asked, isWhole),
    ...checkEachChoice(chunks, asked, isWhole),
  ];
}

/** What is one answer's name tag stays the same. */
function checkSame(chunks: readonly ChunkAt[]): readonly Deviation[] {
  return ["id", "model", "created"].flatMap((key) => {
    const other = chunks.find(({ chunk }) => chunk[key] !== chunks[0]?.chunk[key]);
    return other === undefined
      ? []
      : [{ at: `${other.at}/${key}`, what: "is another than in the first chunk" }];
  });
}

function checkUsage(chunks: readonly ChunkAt[], asked: Asked, isWhole: boolean): readonly Deviation[] {
  const found: Deviation[] = [];
  chunks.forEach(({ at, chunk }, place) => {
    const isLast = isWhole && place === chunks.length - 1;
    if (!asked.includesUsage) {
      if ("usage" in chunk) found.push({ at: `${at}/usage`, what: "is there though not asked for" });
    } else if (!isLast) {
      const isUsageChunk = !isWhole && isJsonObject(chunk["usage"]);
      if (chunk["usage"] !== null && !isUsageChunk)
        found.push({ at: `${at}/usage`, what: "is not null before the last chunk" });
    } else {
      if (!isJsonObject(chunk["usage"]))
        found.push({ at: `${at}/usage`, what: "is missing in the last chunk" });
      if (objectsIn(chunk["choices"]).length > 0)
        found.push({ at: `${at}/choices`, what: "are not empty beside the usage" });
    }
    found.push(...checkTotal(chunk["usage"]).map((one) => ({ ...one, at: at + one.at })));
  });
  return found;
}

interface ChoiceAt {
  readonly at: string;
  readonly choice: JsonObject;
}

function checkEachChoice(chunks: readonly ChunkAt[], asked: Asked, isWhole: boolean): readonly Deviation[] {
  const found: Deviation[] = [];
  const byIndex = new Map<unknown, ChoiceAt[]>();
  for (const { at, chunk } of chunks) {
    const choices = objectsIn(chunk["choices"]);
    if (choices.length === 0 && !isJsonObject(chunk["usage"]))
      found.push({ at: `${at}/choices`, what: "are empty" });
    choices.forEach((choice, place) => {
      found.push(...checkAlternatives(choice, asked, `${at}/choices/${place}`));
      const known = byIndex.get(choice["index"]) ?? [];
      byIndex.set(choice["index"], [...known, { at: `${at}/choices/${place}`, choice }]);
    });
  }
  if (isWhole && byIndex.size !== asked.choices) {
    found.push({ at: "stream", what: `has ${byIndex.size} choices where ${asked.choices} were asked for` });
  }
  return [...found, ...[...byIndex.values()].flatMap((pieces) => checkOneChoice(pieces, isWhole))];
}

function checkOneChoice(pieces: readonly ChoiceAt[], isWhole: boolean): readonly Deviation[] {
  const found: Deviation[] = [];
  const finished = pieces.filter(({ choice }) => choice["finish_reason"] !== null);
  const [finish] = finished;
  const last = pieces.at(-1);
  if (finished.length > 1) found.push({ at: finished[1]?.at ?? "", what: "finishes a second time" });
  if (finish === undefined) {
    if (isWhole) found.push({ at: last?.at ?? "", what: "never gets a finish reason" });
  } else if (finish !== last) found.push({ at: last?.at ?? "", what: "comes after the finish reason" });
  return "delta" in (pieces[0]?.choice ?? {}) ? [...found, ...checkDeltas(pieces, finish)] : found;
}

function checkDeltas(pieces: readonly ChoiceAt[], finish: ChoiceAt | undefined): readonly Deviation[] {
  const found: Deviation[] = [];
  const calls = new Set<unknown>();
  pieces.forEach(({ at, choice }, place) => {
    const delta = isJsonObject(choice["delta"]) ? choice["delta"] : {};
    if (place === 0 && delta["role"] !== "assistant")
      found.push({ at: `${at}/delta/role`, what: "is missing in the first delta" });
    if (place > 0 && "role" in delta) found.push({ at: `${at}/delta/role`, what: "is told again" });
    if (delta["content"] === null) found.push({ at: `${at}/delta/content`, what: "is null" });
    if (!("tool_calls" in delta)) return;
    const told = objectsIn(delta["tool_calls"]);
    if (told.length === 0) found.push({ at: `${at}/delta/tool_calls`, what: "is an empty list" });
    told.forEach((call, number) => {
      found.push(...checkCall(call, !calls.has(call["index"]), `${at}/delta/tool_calls/${number}`));
      calls.add(call["index"]);
    });
  });
  if (finish?.choice["finish_reason"] === "tool_calls" && calls.size === 0) {
    found.push({ at: `${finish.at}/finish_reason`, what: "tells of tool calls where none are" });
  }
  return found;
}

/** The first piece of a call names it, the others only add arguments. */
function checkCall(call: JsonObject, isFirst: boolean, at: string): readonly Deviation[] {
  const named = { ...call, name: isJsonObject(call["function"]) ? call["function"]["name"] : undefined };
  return ["id", "type", "name"].flatMap((key) => {
    const value = new Map(Object.entries(named)).get(key);
    if (isFirst && (value === undefined || value === ""))
      return [{ at: `${at}/${key}`, what: "is missing in the call's first piece" }];
    return !isFirst && value !== undefined ? [{ at: `${at}/${key}`, what: "is told again" }] : [];
  });
}
