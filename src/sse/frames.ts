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
  const held = createHeldFrame(maxFrameBytes);
  let isLineEmpty = true;
  let endedAfterCr = false;

  function push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const length = chunk.length;
    if (length === 0) return frames;
    let frameStart = 0;
    let lineStart = 0;
    if (endedAfterCr && chunk[0] === lineFeed) {
      lineStart = 1;
      // Nothing held back means that the CR before ended a frame, which has already left.
      if (held.isEmpty()) {
        frames.push(chunk.subarray(0, 1));
        frameStart = 1;
      }
    }
    endedAfterCr = false;
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
        frames.push(held.complete(view(chunk, frameStart, lineStart)));
        frameStart = lineStart;
      }
    }
    if (frameStart < length) held.append(view(chunk, frameStart, length));
    return frames;
  }

  return { push, end: () => held.complete(empty) };
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

interface HeldFrame {
  isEmpty(): boolean;
  append(piece: Uint8Array): void;
  complete(lastPiece: Uint8Array): Uint8Array;
}

/**
 * The beginning of a frame whose end has not come. One piece is kept as it is; from the second on the
 * bytes move into a store that doubles, so that tiny chunks cost neither quadratic time nor an object each.
 */
function createHeldFrame(maxBytes: number): HeldFrame {
  let store = empty as Uint8Array;
  let used = 0;

  function add(piece: Uint8Array, roomWanted: number): void {
    const needed = used + piece.length;
    if (needed > maxBytes) throw new FrameTooLargeError(maxBytes);
    if (needed > store.length) {
      const larger = new Uint8Array(Math.max(needed, Math.min(roomWanted, maxBytes)));
      larger.set(used === store.length ? store : store.subarray(0, used));
      store = larger;
    }
    store.set(piece, used);
    used = needed;
  }

  return {
    isEmpty: () => used === 0,
    append(piece) {
      if (used > 0 || piece.length > maxBytes) return add(piece, 2 * (used + piece.length));
      store = piece;
      used = piece.length;
    },
    complete(lastPiece) {
      if (used === 0 && lastPiece.length <= maxBytes) return lastPiece;
      if (lastPiece.length > 0) add(lastPiece, 0);
      const frame = used === store.length ? store : store.subarray(0, used);
      store = empty;
      used = 0;
      return frame;
    },
  };
}
