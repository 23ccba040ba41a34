/**
 * Cuts a byte stream of server-sent events into frames without changing a byte.
 * It must not know what a frame says, nor where the bytes come from.
 */

/** The largest frame that is held back while waiting for its end. */
export const defaultMaxFrameBytes = 64 * 1024 * 1024;

const lineFeed = 10;
const carriageReturn = 13;
const empty = new Uint8Array(0);

/** A frame grew past the limit before its blank line came; the splitter is of no further use. */
export class FrameTooLargeError extends Error {
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`An event of the stream is larger than ${limitBytes} bytes.`);
    this.name = "FrameTooLargeError";
    this.limitBytes = limitBytes;
  }
}

/** Turns chunks, cut anywhere, into whole frames. */
export interface FrameSplitter {
  /** Returns the frames that this chunk completes, each with its own blank line, in order. */
  push(chunk: Uint8Array): Uint8Array[];
  /** What is left over after the last whole frame (bytes, may be empty); called once at the end. */
  end(): Uint8Array;
}

/**
 * Creates a splitter for one stream. A frame ends with its blank line; lines end with LF, CRLF or CR.
 * Frames and what is held back may be views of the chunks, so a chunk must not be written to afterwards.
 * When a chunk ends between the CR and the LF of a blank line, the frame goes out at the CR and the LF
 * follows as a piece of its own: waiting for it would hold back an event that is already complete.
 */
export function createFrameSplitter(maxFrameBytes: number = defaultMaxFrameBytes): FrameSplitter {
  return new LineSplitter(maxFrameBytes);
}

class LineSplitter implements FrameSplitter {
  readonly #maxFrameBytes: number;
  /** Made when a chunk first ends within a frame, which those of a paced stream seldom do. */
  #held: HeldFrame | undefined = undefined;
  #isLineEmpty = true;
  #endedAfterCr = false;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const length = chunk.length;
    if (length === 0) return frames;
    let isLineEmpty = this.#isLineEmpty;
    let endedAfterCr = false;
    let frameStart = 0;
    let lineStart = 0;
    if (this.#endedAfterCr && chunk[0] === lineFeed) {
      lineStart = 1;
      // Nothing held back means that the CR before ended a frame, which has already left.
      if (this.#held === undefined || this.#held.isEmpty) {
        frames.push(chunk.subarray(0, 1));
        frameStart = 1;
      }
    }
    // Positions of the next LF and CR from lineStart on; `length` when there is none in this chunk.
    let nextLf = -1;
    let nextCr = -1;
    while (lineStart < length) {
      if (nextLf < lineStart) nextLf = findByte(chunk, lineFeed, lineStart);
      if (nextCr < lineStart) nextCr = findByte(chunk, carriageReturn, lineStart);
      const lineEnd = nextLf < nextCr ? nextLf : nextCr;
      if (lineEnd === length) {
        isLineEmpty = false;
        break;
      }
      const isBlank = isLineEmpty && lineEnd === lineStart;
      isLineEmpty = true;
      lineStart = lineEnd + 1;
      if (lineEnd === nextCr) {
        if (lineStart === length) endedAfterCr = true;
        else if (chunk[lineStart] === lineFeed) lineStart += 1;
      }
      if (isBlank) {
        frames.push(this.#complete(view(chunk, frameStart, lineStart)));
        frameStart = lineStart;
      }
    }
    this.#isLineEmpty = isLineEmpty;
    this.#endedAfterCr = endedAfterCr;
    if (frameStart < length) this.#hold(view(chunk, frameStart, length));
    return frames;
  }

  end(): Uint8Array {
    return this.#complete(empty);
  }

  #hold(piece: Uint8Array): void {
    this.#held ??= new HeldFrame(this.#maxFrameBytes);
    this.#held.append(piece);
  }

  #complete(lastPiece: Uint8Array): Uint8Array {
    if (this.#held !== undefined) return this.#held.complete(lastPiece);
    if (lastPiece.length > this.#maxFrameBytes) throw new FrameTooLargeError(this.#maxFrameBytes);
    return lastPiece;
  }
}

/** The next place of a byte, or the length when there is none, so that positions compare as numbers. */
function findByte(bytes: Uint8Array, byte: number, from: number): number {
  // A blank line's end stands right here more often than not; looking first spares a native call.
  if (bytes[from] === byte) return from;
  const found = bytes.indexOf(byte, from + 1);
  return found === -1 ? bytes.length : found;
}

/** A chunk that is one whole frame, the common case of a paced stream, needs no view of its own. */
function view(chunk: Uint8Array, start: number, end: number): Uint8Array {
  return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
}

/**
 * The beginning of a frame whose end has not come. One piece is kept as it is; from the second on the
 * bytes move into a store that doubles, so that tiny chunks cost neither quadratic time nor an object each.
 */
class HeldFrame {
  readonly #maxBytes: number;
  #store: Uint8Array = empty;
  #used = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  append(piece: Uint8Array): void {
    const used = this.#used;
    if (used > 0 || piece.length > this.#maxBytes) return this.#add(piece, 2 * (used + piece.length));
    this.#store = piece;
    this.#used = piece.length;
  }

  complete(lastPiece: Uint8Array): Uint8Array {
    if (this.#used === 0 && lastPiece.length <= this.#maxBytes) return lastPiece;
    if (lastPiece.length > 0) this.#add(lastPiece, 0);
    const store = this.#store;
    const frame = this.#used === store.length ? store : store.subarray(0, this.#used);
    this.#store = empty;
    this.#used = 0;
    return frame;
  }

  #add(piece: Uint8Array, roomWanted: number): void {
    const used = this.#used;
    const needed = used + piece.length;
    if (needed > this.#maxBytes) throw new FrameTooLargeError(this.#maxBytes);
    if (needed > this.#store.length) {
      const larger = new Uint8Array(Math.max(needed, Math.min(roomWanted, this.#maxBytes)));
      larger.set(used === this.#store.length ? this.#store : this.#store.subarray(0, used));
      this.#store = larger;
    }
    this.#store.set(piece, used);
    this.#used = needed;
  }
}
