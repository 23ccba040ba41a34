/** Bytes as sockets give and take them. */
import { Buffer } from "node:buffer";

/** Text, of which each character is a byte, bytes, and text again, for one write; the bytes themselves where they are alone. */
export function inOnePiece(before: string, bytes: Uint8Array, after: string): Uint8Array {
  if (before === "" && after === "") return bytes;
  const length = before.length + bytes.byteLength;
  const piece = Buffer.allocUnsafe(length + after.length);
  piece.write(before, 0, "latin1");
  piece.set(bytes, before.length);
  if (after !== "") piece.write(after, length, "latin1");
  return piece;
}

/** The same memory. A Buffer's `slice` is no copy, as everybody else's is. */
export const withoutBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(buffer, byteOffset, byteLength);
