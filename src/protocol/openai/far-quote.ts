/** Finds the end of a JSON string in long bytes. Pure; knows nothing of what stands around the string. */
import { type ByteSearch, skipOthers, stepBytes } from "../../find-byte.ts";
import { isEscaped } from "./escape.ts";

const quote = 0x22;
const backslash = 0x5c;

/** Escaped quotes come in swarms; after one, so many bytes are looked at one by one. */
const nearBytes = 16;

/**
 * The place after the quote that ends the string, from a place within it that no escape runs over; -1 where there is none.
 * `search` is one that is faster than four bytes at a time: before it is called, as many are looked at as its call costs.
 */
export function findFarStringEnd(json: Uint8Array, from: number, end: number, search?: ByteSearch): number {
  const view = new DataView(json.buffer, json.byteOffset, json.byteLength);
  let position = from;
  while (position < end) {
    const steppedEnd = search === undefined ? end : Math.min(end, position + search.callBytes);
    let clear = skipOthers(view, quote, position, steppedEnd);
    if (search !== undefined && clear > steppedEnd - stepBytes) {
      const found = search.find(json, quote, clear);
      clear = found === -1 ? end : Math.min(found, end);
    }
    // What was skipped may end in an escape.
    position = isEscaped(json, position, clear) ? clear + 1 : clear;
    let nearEnd = position + nearBytes;
    while (position < nearEnd && position < end) {
      const byte = json[position];
      if (byte === quote) return position + 1;
      if (byte === backslash) {
        if (json[position + 1] === quote) nearEnd = position + nearBytes;
        position += 1;
      }
      position += 1;
    }
  }
  return -1;
}
