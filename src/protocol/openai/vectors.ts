/**
 * Takes the numbers of embeddings out of an answer's bytes, so that what is read, mended and written again stays short, and
 * puts them back. Pure; knows no endpoint but the shape of embeddings.
 */
import { type FindByte, findByteByWords } from "../../find-byte.ts";
import { spliceFields } from "./splice.ts";
import { hasKey } from "./value-key.ts";

export interface TakenVectors {
  /** The answer with a vector's place in the list in the stead of its numbers. */
  readonly skeleton: Uint8Array<ArrayBuffer>;
  /** The JSON with the numbers in their places; undefined where not each vector has its place any more. */
  restore(json: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined;
}

const quote = 0x22;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const encoder = new TextEncoder();
// ISO 8859-1 has a character for each byte, so that places in the text are places in the bytes.
const decoder = new TextDecoder("latin1");
const keys = [encoder.encode('"embedding"')];
/** No text holds it: within one, quotes are escaped. */
const standIn = /"embedding"\s*:\s*\[(\d+)\]/g;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Undefined where there is no vector. What stands in a vector is not looked at, but for brackets and quotes. */
export function takeOutVectors(
  answer: Uint8Array<ArrayBuffer>,
  findByte = findByteByWords,
): TakenVectors | undefined {
  const ranges = findVectors(answer, findByte);
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
function findVectors(answer: Uint8Array, findByte: FindByte): Range[] {
  const ranges: Range[] = [];
  let open = findByte(answer, openBracket, 0);
  while (open !== -1) {
    const next = findByte(answer, openBracket, open + 1);
    if (hasKey(answer, open, keys)) {
      const start = open + 1;
      // No further than to the next list, so that lists without an end do not have all that follows read for each.
      const rest = answer.subarray(start, next === -1 ? undefined : next);
      const length = findByte(rest, closeBracket, 0);
      const isFlat = length > 0 && findByte(rest.subarray(0, length), quote, 0) === -1;
      if (isFlat) ranges.push({ start, end: start + length });
    }
    open = next;
  }
  return ranges;
}

function findStandIns(json: Uint8Array): (Range & { readonly index: number })[] {
  return Array.from(decoder.decode(json).matchAll(standIn), ({ 0: whole, 1: index = "", index: at }) => {
    const end = at + whole.length - 1;
    return { start: end - index.length, end, index: Number(index) };
  });
}
