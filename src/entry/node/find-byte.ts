/** Node's own search in bytes, which takes many at a time; V8's takes one. */
import { Buffer } from "node:buffer";
import type { ByteSearch } from "../../find-byte.ts";

export const nodeSearch: ByteSearch = {
  find: (bytes, byte, from) => Buffer.prototype.indexOf.call(bytes, byte, from),
  callBytes: 256,
};
