/** Moves short pieces of a body together: each by itself costs memory beside its bytes, however few those are. */

type Bytes = Uint8Array<ArrayBuffer>;

/** No more is taken at a time for what comes. */
const mostBlockBytes = 64 * 1024;

/** The longest piece that is moved. */
export const mostShortBytes = 16 * 1024;

export class ShortPieces {
  #block: Bytes = new Uint8Array();
  #filled = 0;

  /** Adds one to the end of a list, to its last piece where that came from here; `due` is all that comes, with it. */
  add(piece: Bytes, pieces: Bytes[], due = mostBlockBytes): void {
    if (this.#block.byteLength - this.#filled < piece.byteLength) {
      this.#block = new Uint8Array(Math.max(piece.byteLength, Math.min(due, mostBlockBytes)));
      this.#filled = 0;
    }
    const [block, start] = [this.#block, this.#filled];
    block.set(piece, start);
    this.#filled += piece.byteLength;
    const last = pieces.at(-1);
    const goesOn = last?.buffer === block.buffer && last.byteOffset + last.byteLength === start;
    if (goesOn) pieces.pop();
    pieces.push(block.subarray(goesOn ? last.byteOffset : start, this.#filled));
  }
}
