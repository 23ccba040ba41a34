/** Puts the pieces of streams' output together. Knows no event. */

export interface Joiner {
  /** In one array, which nobody writes to any more. */
  join(pieces: readonly Uint8Array[]): Uint8Array;
  /** Bytes that whoever took them writes at once, and nobody afterwards. */
  take(length: number): Uint8Array;
}

/** Some ten events of a chat. */
const sharedBytes = 4 * 1024;
/** A loop of our own copies fewer sooner than the engine's function. */
export const fewBytes = 24;

/**
 * For all streams: what it hands out shares its memory as long as it is short, since each array of its own would be garbage
 * outside of the engine's heap, and a store for each stream would lie there as long as the stream does.
 */
export function createJoiner(): Joiner {
  return new SharedJoiner();
}

class SharedJoiner implements Joiner {
  #store = new Uint8Array(0);
  #used = 0;

  join(pieces: readonly Uint8Array[]): Uint8Array {
    let length = 0;
    for (const piece of pieces) length += piece.length;
    const joined = this.take(length);
    let used = 0;
    for (const piece of pieces) {
      if (piece.length > fewBytes) joined.set(piece, used);
      else for (let index = 0; index < piece.length; index++) joined[used + index] = piece[index] ?? 0;
      used += piece.length;
    }
    return joined;
  }

  take(length: number): Uint8Array {
    if (length > this.#store.length - this.#used) {
      this.#store = new Uint8Array(Math.max(sharedBytes, length));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#store.subarray(start, this.#used);
  }
}
