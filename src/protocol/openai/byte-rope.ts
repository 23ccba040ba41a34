/** Bytes that came in pieces, looked at as one and not copied. Pure; knows of JSON only where a string ends. */
import type { ByteSearch } from "../../find-byte.ts";
import { isEscaped } from "./escape.ts";
import { findStringEnd } from "./scan.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export class ByteRope {
  readonly length: number;
  readonly #pieces: readonly Bytes[];
  /** Where each piece begins. */
  readonly #starts: readonly number[];
  /** The piece that was looked into last: the next look is seldom far away. */
  #last = 0;

  constructor(pieces: readonly Bytes[]) {
    this.#pieces = pieces.filter(({ byteLength }) => byteLength > 0);
    let length = 0;
    this.#starts = this.#pieces.map(({ byteLength }) => {
      length += byteLength;
      return length - byteLength;
    });
    this.length = length;
  }

  /** The number of the piece in which a place lies. */
  #indexAt(position: number): number {
    let index = this.#last;
    while (index > 0 && position < (this.#starts[index] ?? 0)) index -= 1;
    while (index + 1 < this.#starts.length && position >= (this.#starts[index + 1] ?? 0)) index += 1;
    this.#last = index;
    return index;
  }

  /** Undefined behind the end. */
  at(position: number): number | undefined {
    const index = this.#indexAt(position);
    return this.#pieces[index]?.[position - (this.#starts[index] ?? 0)];
  }

  /** Where a byte stands next, from a place on; -1 where it does not. */
  indexOf(byte: number, from: number): number {
    if (from >= this.length) return -1;
    let index = this.#indexAt(from);
    let offset = from - (this.#starts[index] ?? 0);
    for (let piece = this.#pieces[index]; piece !== undefined; piece = this.#pieces[++index]) {
      const found = piece.indexOf(byte, offset);
      if (found !== -1) return (this.#starts[index] ?? 0) + found;
      offset = 0;
    }
    return -1;
  }

  /**
   * The place after the closing quote of the JSON string that opens at `open`; -1 where it does not end. `search` is a
   * search that is faster than the engine's own.
   */
  stringEnd(open: number, search?: ByteSearch): number {
    let index = this.#indexAt(open);
    let from = open - (this.#starts[index] ?? 0);
    for (let piece = this.#pieces[index]; piece !== undefined; piece = this.#pieces[++index]) {
      const end = findStringEnd(piece, from, piece.byteLength, search);
      if (end !== -1) return (this.#starts[index] ?? 0) + end;
      // What an escape takes of the next piece is passed over, as the opening quote is.
      from = isEscaped(piece, from + 1, piece.byteLength) ? 0 : -1;
    }
    return -1;
  }

  /** The bytes of a range in the pieces that they lie in. */
  parts(start: number, end: number): Bytes[] {
    const parts: Bytes[] = [];
    if (start >= end) return parts;
    for (let index = this.#indexAt(start); index < this.#pieces.length; index++) {
      const from = this.#starts[index] ?? 0;
      if (from >= end) break;
      const part = this.#pieces[index]?.subarray(Math.max(0, start - from), end - from);
      if (part !== undefined && part.byteLength > 0) parts.push(part);
    }
    return parts;
  }
}
