/** Reads token counts out of answers and stream events without parsing the rest. Pure; knows every endpoint's words. */
import { isJsonObject, type JsonObject } from "./fields.ts";
import type { Field } from "./scan.ts";
import { scanObject } from "./scan.ts";

/** Undefined for what was not told. */
export interface TokenCounts {
  readonly prompt: number | undefined;
  readonly completion: number | undefined;
}

/** Keys of an answer's or an event's top level under which usage stands, itself or one level down. */
export const usageKeys: readonly string[] = ["usage", "response", "message"];

/** The counts in a whole JSON answer; undefined where it tells none. */
export function readUsage(json: Uint8Array): TokenCounts | undefined {
  return usageIn(json, scanObject(json, 0, json.byteLength, usageKeys) ?? []);
}

/** The same of a parsed one. */
export function usageOf(body: JsonObject): TokenCounts | undefined {
  for (const key of usageKeys) {
    const value = body[key];
    const usage = key === "usage" || !isJsonObject(value) ? value : value["usage"];
    if (isJsonObject(usage)) return toCounts(usage);
  }
  return undefined;
}

/** The same where the fields of `usageKeys` have been found already. */
export function usageIn(json: Uint8Array, fields: readonly Field[]): TokenCounts | undefined {
  for (const { key, valueStart, valueEnd } of fields) {
    if (!usageKeys.includes(key) || json[valueStart] !== openBrace) continue;
    const inner = key === "usage" ? undefined : scanObject(json, valueStart, valueEnd, ["usage"])?.[0];
    const place = key === "usage" ? { valueStart, valueEnd } : inner;
    const usage = place && parseObject(json.subarray(place.valueStart, place.valueEnd));
    if (usage !== undefined) return toCounts(usage);
  }
  return undefined;
}

const openBrace = 0x7b;

function parseObject(json: Uint8Array): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(json));
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Anthropic counts what came from its cache apart. */
function toCounts(usage: JsonObject): TokenCounts {
  const cached =
    (countOf(usage, "cache_read_input_tokens") ?? 0) + (countOf(usage, "cache_creation_input_tokens") ?? 0);
  const input = countOf(usage, "input_tokens");
  return {
    prompt: countOf(usage, "prompt_tokens") ?? (input === undefined ? undefined : input + cached),
    completion: countOf(usage, "completion_tokens") ?? countOf(usage, "output_tokens"),
  };
}

function countOf(usage: JsonObject, key: string): number | undefined {
  const count = usage[key];
  return typeof count === "number" && Number.isFinite(count) ? Math.max(0, Math.round(count)) : undefined;
}
