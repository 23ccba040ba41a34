/** The three bytes that some editors and serialisers write before JSON, and that are no part of it: RFC 8259 8.1. */

/** The same bytes without them. */
export function withoutByteOrderMark(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
