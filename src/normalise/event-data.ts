/** What a frame of a stream holds: an error, a whole event, JSON. Pure; knows no stream. */
import { scanObject, type Field } from "../protocol/openai/scan.ts";
import { isDone, parseFrame, readData, type SseFrame } from "../sse/parse.ts";

/** `data: {…}` and nothing else, the space included, which one client demands. */
export function isOneLine(frame: Uint8Array, { data }: SseFrame): boolean {
  const [only] = data;
  return data.length === 1 && only !== undefined && frame[only.start - 1] === 0x20;
}

const errorKey: readonly string[] = ["error"];

/** A top-level `error` that is not null: what SDKs raise. */
export function hasErrorField(data: Uint8Array): boolean {
  const fields: Field[] = scanObject(data, 0, data.byteLength, errorKey) ?? [];
  return fields.some(({ valueStart }) => data[valueStart] !== 0x6e);
}

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
