/**
 * Finds the end of a JSON string in long bytes, four bytes at a time: engines search typed arrays byte by byte, or at the
 * price of a call for each escaped quote. Pure; knows nothing of what stands around the string.
 */

const quote = 0x22;
const backslash = 0x5c;
const wordBytes = 4;
const stepBytes = 4 * wordBytes;
const quotes = 0x22222222;
const ones = 0x01010101;
/** The highest bit of each byte. */
const highs = 0x80808080 | 0;

/** Escaped quotes come in swarms; this far from the last one, bytes are looked at one by one. */
const nearBytes = 16;

/** The place after the quote that ends the string, from a place within it that no escape runs over; -1 where there is none. */
export function findFarStringEnd(json: Uint8Array, from: number, end: number): number {
  const view = new DataView(json.buffer, json.byteOffset, json.byteLength);
  let position = from;
  while (position < end) {
    const clear = skipClear(view, position, end);
    // What was skipped may end in an escape.
    let backslashes = 0;
    while (clear - backslashes > position && json[clear - backslashes - 1] === backslash) backslashes += 1;
    position = clear + (backslashes % 2);
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

/** A place up to which there is no quote, and not far before the next one. */
function skipClear(view: DataView, from: number, end: number): number {
  const last = end - stepBytes;
  let position = from;
  while (position <= last) {
    const a = view.getInt32(position, true) ^ quotes;
    const b = view.getInt32(position + wordBytes, true) ^ quotes;
    const c = view.getInt32(position + 2 * wordBytes, true) ^ quotes;
    const d = view.getInt32(position + 3 * wordBytes, true) ^ quotes;
    // A byte that is 0 by now was a quote; it borrows, which sets its highest bit.
    const zeros = ((a - ones) & ~a) | ((b - ones) & ~b) | ((c - ones) & ~c) | ((d - ones) & ~d);
    if ((zeros & highs) !== 0) return position;
    position += stepBytes;
  }
  return position;
}
