/** Tells a message's body apart from what follows it. */
import { ChunkedDecoder } from "./chunked.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** In bytes; `close` where a body goes on until the connection ends. */
export type BodyLength = number | "chunked" | "close";

export class BodyFraming {
  #remaining: number;
  readonly #chunks: ChunkedDecoder | undefined;

  constructor(length: BodyLength) {
    this.#remaining = typeof length === "number" ? length : Infinity;
    this.#chunks = length === "chunked" ? new ChunkedDecoder() : undefined;
  }

  /** Gives the body's bytes to `take`; the index behind the body's end, -1 while it goes on. Throws `MalformedBody`. */
  read(bytes: Bytes, start: number, take: (piece: Bytes) => void): number {
    if (this.#chunks !== undefined) return this.#chunks.decode(bytes, start, take);
    const end = Math.min(bytes.byteLength, start + this.#remaining);
    if (end > start) take(start === 0 && end === bytes.byteLength ? bytes : bytes.subarray(start, end));
    this.#remaining -= end - start;
    return this.#remaining === 0 ? end : -1;
  }
}
