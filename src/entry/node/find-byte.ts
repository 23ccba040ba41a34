/** Node's own search in bytes, which takes many at a time; V8's takes one. */
import { Buffer } from "node:buffer";
import type { FindByte } from "../../find-byte.ts";

export const findByteOnNode: FindByte = (bytes, byte, from) =>
  Buffer.prototype.indexOf.call(bytes, byte, from);
