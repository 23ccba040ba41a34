/** What a frame of a stream holds: an error, a whole event, JSON. Pure; knows no stream. */
import { type TokenCounts, usageIn, usageKeys } from "../protocol/openai/read-usage.ts";
import { scanObject, type Field } from "../protocol/openai/scan.ts";
import { isDone, parseFrame, readData, type SseFrame } from "../sse/parse.ts";

/** `data: {…}` and nothing else, the space included, which one client demands. */
export function isOneLine(frame: Uint8Array, { data }: SseFrame): boolean {
  const [only] = data;
  return data.length === 1 && only !== undefined && frame[only.start - 1] === 0x20;
}

const wantedKeys: readonly string[] = ["error", ...usageKeys];

/** What an event tells besides its text, found in one go. */
export interface EventSigns {
  /** A top-level `error` that is not null: what SDKs raise. */
  readonly hasError: boolean;
  readonly usage: TokenCounts | undefined;
}

export function readSigns(data: Uint8Array): EventSigns {
  const fields: Field[] = scanObject(data, 0, data.byteLength, wantedKeys) ?? [];
  if (fields.length === 0) return noSigns;
  return {
    hasError: fields.some(({ key, valueStart }) => key === "error" && data[valueStart] !== 0x6e),
    usage: usageIn(data, fields),
  };
}

const noSigns: EventSigns = { hasError: false, usage: undefined };

/** Some servers end the last event without a blank line; half an event is not handed on. */
export function isWholeEvent(rest: Uint8Array): boolean {
  const parsed = parseFrame(rest);
  if (parsed.data.length === 0) return false;
  return isDone(rest, parsed.data) || parseData(readData(rest, parsed.data)) !== undefined;
}

/** Undefined for what is no JSON. */
export function parseData(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
