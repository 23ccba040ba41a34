/** The three bytes that some editors and serialisers write before JSON, and that are no part of it: RFC 8259 8.1. */

import { joinChunks } from "../byte-channel.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const markBytes = 3;

/** The same bytes without them. */
export function withoutByteOrderMark(bytes: Bytes): Bytes {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(markBytes) : bytes;
}

/** The same of a body in pieces. */
export function piecesWithoutMark(pieces: readonly Bytes[]): readonly Bytes[] {
  const [first, ...others] = pieces;
  if (first === undefined) return pieces;
  if (first.byteLength < markBytes && others.length > 0) return [withoutByteOrderMark(joinChunks(pieces))];
  const rest = withoutByteOrderMark(first);
  return rest === first ? pieces : [rest, ...others];
}
