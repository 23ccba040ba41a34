/** Finds a byte in many, four at a time: engines search typed arrays byte by byte, or at the price of a call. Pure. */

/** Where a byte stands next, from a place on; -1 where it does not. */
export type FindByte = (bytes: Uint8Array, byte: number, from: number) => number;

/** A search of the runtime's own. */
export interface ByteSearch {
  readonly find: FindByte;
  /** So many bytes are looked at, four at a time, in the time that it takes to call it. */
  readonly callBytes: number;
}

const wordBytes = 4;
/** So many are looked at in one step. */
export const stepBytes = 4 * wordBytes;
/** One in each byte. */
const ones = 0x01010101;
/** The highest bit of each byte. */
const highs = 0x80808080 | 0;

/** What the engine has: fast on some, slow on others. */
export const findByteByEngine: FindByte = (bytes, byte, from) => bytes.indexOf(byte, from);

export const findByteByWords: FindByte = (bytes, byte, from) => {
  const end = bytes.byteLength;
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  let position = skipOthers(view, byte, from, end);
  while (position < end && bytes[position] !== byte) position += 1;
  return position < end ? position : -1;
};

/** A place up to which the byte does not stand, and less than a step before the next one or the end. */
export function skipOthers(view: DataView, byte: number, from: number, end: number): number {
  const wanted = Math.imul(byte, ones);
  const last = end - stepBytes;
  let position = from;
  while (position <= last) {
    const a = borrows(view.getInt32(position, true) ^ wanted);
    const b = borrows(view.getInt32(position + wordBytes, true) ^ wanted);
    const c = borrows(view.getInt32(position + 2 * wordBytes, true) ^ wanted);
    const d = borrows(view.getInt32(position + 3 * wordBytes, true) ^ wanted);
    if (((a | b | c | d) & highs) !== 0) return position;
    position += stepBytes;
  }
  return position;
}

/** Has the highest bit of a byte set where that is 0; elsewhere only if there is such a one. */
function borrows(word: number): number {
  return (word - ones) & ~word;
}
