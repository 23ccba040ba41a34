/** Node's own search in bytes, which takes many at a time; V8's takes one. */
import { Buffer } from "node:buffer";

export const findByteOnNode = (bytes: Uint8Array, byte: number, from: number): number =>
  Buffer.prototype.indexOf.call(bytes, byte, from);
