/** Finds a byte in many, four at a time: engines search typed arrays byte by byte, or at the price of a call. Pure. */

/** Where a byte stands next, from a place on; -1 where it does not. */
export type FindByte = (bytes: Uint8Array, byte: number, from: number) => number;

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

/** Where the byte stands next, or a place before which it does not stand and after which there is no whole step. */
export function skipOthers(view: DataView, byte: number, from: number, end: number): number {
  const wanted = Math.imul(byte, ones);
  const last = end - stepBytes;
  let position = from;
  while (position <= last) {
    const a = zeroBits(view.getInt32(position, true) ^ wanted);
    const b = zeroBits(view.getInt32(position + wordBytes, true) ^ wanted);
    const c = zeroBits(view.getInt32(position + 2 * wordBytes, true) ^ wanted);
    const d = zeroBits(view.getInt32(position + 3 * wordBytes, true) ^ wanted);
    if ((a | b | c | d) === 0) {
      position += stepBytes;
      continue;
    }
    if (a !== 0) return position + firstByte(a);
    if (b !== 0) return position + wordBytes + firstByte(b);
    if (c !== 0) return position + 2 * wordBytes + firstByte(c);
    return position + 3 * wordBytes + firstByte(d);
  }
  return position;
}

/** The highest bit of each byte that is 0, and maybe of bytes after the first of them. */
function zeroBits(word: number): number {
  return (word - ones) & ~word & highs;
}

/** The lowest byte that has its highest bit set. */
function firstByte(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >> 3;
}
