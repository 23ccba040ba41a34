/**
 * Takes the numbers of embeddings out of an answer's bytes, so that what is read, mended and written again stays short, and
 * puts them back. Pure; knows no endpoint but the shape of embeddings.
 */
import { spliceFields } from "./splice.ts";

export interface TakenVectors {
  /** The answer with a vector's place in the list in the stead of its numbers. */
  readonly skeleton: Uint8Array<ArrayBuffer>;
  /** The JSON with the numbers in their places; undefined where not each vector has its place any more. */
  restore(json: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined;
}

const quote = 0x22;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const colon = 0x3a;
const encoder = new TextEncoder();
// ISO 8859-1 has a character for each byte, so that places in the text are places in the bytes.
const decoder = new TextDecoder("latin1");
const key = encoder.encode('"embedding"');
/** No text holds it: within one, quotes are escaped. */
const standIn = /"embedding"\s*:\s*\[(\d+)\]/g;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Undefined where there is no vector. What stands in a vector is not looked at, but for brackets and quotes. */
export function takeOutVectors(answer: Uint8Array<ArrayBuffer>): TakenVectors | undefined {
  const ranges = findVectors(answer);
  if (ranges.length === 0) return undefined;
  const skeleton = spliceFields(
    answer,
    ranges.map((range, index) => ({ ...range, bytes: encoder.encode(String(index)) })),
  );
  const restore = (json: Uint8Array<ArrayBuffer>) => {
    const places = findStandIns(json);
    if (!places.every(({ index }, place) => index === place) || places.length !== ranges.length)
      return undefined;
    return spliceFields(
      json,
      places.map(({ start, end, index }) => {
        const range = ranges[index];
        return { start, end, bytes: answer.subarray(range?.start, range?.end) };
      }),
    );
  };
  return { skeleton, restore };
}

/** What stands between the brackets of each. */
function findVectors(answer: Uint8Array): Range[] {
  const ranges: Range[] = [];
  let open = answer.indexOf(openBracket);
  while (open !== -1) {
    const next = answer.indexOf(openBracket, open + 1);
    if (isVector(answer, open)) {
      const close = answer.indexOf(closeBracket, open + 1);
      const string = answer.indexOf(quote, open + 1);
      const isFlat = close > open + 1 && (next === -1 || next > close) && (string === -1 || string > close);
      if (isFlat) ranges.push({ start: open + 1, end: close });
    }
    open = next;
  }
  return ranges;
}

/** Whether the bracket opens the value of the key that vectors have. */
function isVector(answer: Uint8Array, open: number): boolean {
  const colonAt = skipSpaceBack(answer, open - 1);
  if (answer[colonAt] !== colon) return false;
  const start = skipSpaceBack(answer, colonAt - 1) + 1 - key.byteLength;
  return start >= 0 && key.every((byte, index) => answer[start + index] === byte);
}

function skipSpaceBack(bytes: Uint8Array, from: number): number {
  let position = from;
  while (position >= 0 && (bytes[position] ?? 0) <= 0x20) position -= 1;
  return position;
}

function findStandIns(json: Uint8Array): (Range & { readonly index: number })[] {
  return Array.from(decoder.decode(json).matchAll(standIn), ({ 0: whole, 1: index = "", index: at }) => {
    const end = at + whole.length - 1;
    return { start: end - index.length, end, index: Number(index) };
  });
}
