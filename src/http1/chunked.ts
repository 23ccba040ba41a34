/** Reads a body that comes in chunks, in any cut: RFC 9112 7.1. Extensions and trailers are passed over. */

/** The body cannot be read any further. */
export class MalformedBody extends Error {
  override readonly name = "MalformedBody";
}

/** Of a line that tells a size, and of all trailers together. */
const mostLineBytes = 16 * 1024;
/** Thirteen digits are still an exact number. */
const mostSizeDigits = 13;

const [carriageReturn, lineFeed, semicolon, lastControl] = [13, 10, 59, 31];

type State =
  | "size"
  | "size-blank"
  | "extension"
  | "size-end"
  | "data"
  | "data-cr"
  | "data-lf"
  | "trailer"
  | "trailer-lf"
  | "last-lf";

export class ChunkedDecoder {
  #state: State = "size";
  #size = 0;
  #digits = 0;
  #lineBytes = 0;
  #isLineEmpty = true;

  /**
   * Gives the body's bytes to `take`, those of one call as one piece, moved together where they stand: thousands of tiny
   * chunks cost no more memory than a large one. Returns the index behind the body's end, or -1 while it goes on.
   */
  decode(bytes: Uint8Array<ArrayBuffer>, at: number, take: (piece: Uint8Array<ArrayBuffer>) => void): number {
    const piece = { start: 0, end: 0 };
    try {
      return this.#read(bytes, at, piece);
    } finally {
      const { start, end } = piece;
      if (end > start) take(bytes.subarray(start, end));
    }
  }

  #read(bytes: Uint8Array<ArrayBuffer>, from: number, piece: { start: number; end: number }): number {
    let at = from;
    while (at < bytes.length) {
      if (this.#state === "data") {
        const end = Math.min(bytes.length, at + this.#size);
        if (piece.end === 0) piece.start = piece.end = at;
        if (piece.end < at) bytes.copyWithin(piece.end, at, end);
        piece.end += end - at;
        this.#size -= end - at;
        at = end;
        if (this.#size === 0) this.#state = "data-cr";
        continue;
      }
      if (this.#step(bytes[at++] ?? 0)) return at;
    }
    return -1;
  }

  /** One byte of what stands around the data; true at the body's end. */
  #step(byte: number): boolean {
    switch (this.#state) {
      case "size":
        return this.#readSize(byte);
      case "size-blank":
        return this.#endSize(byte);
      case "extension":
        if (byte === carriageReturn) this.#state = "size-end";
        else this.#countLine(byte);
        return false;
      case "size-end":
        expect(byte, lineFeed);
        this.#lineBytes = 0;
        this.#isLineEmpty = true;
        this.#state = this.#size > 0 ? "data" : "trailer";
        this.#digits = 0;
        return false;
      case "data-cr":
        expect(byte, carriageReturn);
        this.#state = "data-lf";
        return false;
      case "data-lf":
        expect(byte, lineFeed);
        this.#state = "size";
        return false;
      case "trailer":
        if (byte !== carriageReturn) {
          this.#isLineEmpty = false;
          this.#countLine(byte);
        } else this.#state = this.#isLineEmpty ? "last-lf" : "trailer-lf";
        return false;
      case "trailer-lf":
        expect(byte, lineFeed);
        this.#isLineEmpty = true;
        this.#state = "trailer";
        return false;
      case "last-lf":
        expect(byte, lineFeed);
        return true;
      case "data":
        return false;
    }
  }

  #readSize(byte: number): false {
    const digit = digitOf(byte);
    if (digit !== -1) {
      if (++this.#digits > mostSizeDigits) throw new MalformedBody("A chunk is too large.");
      this.#size = this.#size * 16 + digit;
      return false;
    }
    if (this.#digits === 0) throw new MalformedBody("A chunk's size is no number.");
    return this.#endSize(byte);
  }

  #endSize(byte: number): false {
    if (byte === carriageReturn) this.#state = "size-end";
    else if (byte === semicolon) this.#state = "extension";
    else if (isBlank(byte)) this.#state = "size-blank";
    else throw new MalformedBody("A chunk's size is no number.");
    if (byte !== carriageReturn) this.#countLine(byte);
    return false;
  }

  #countLine(byte: number): void {
    if ((byte <= lastControl && !isBlank(byte)) || ++this.#lineBytes > mostLineBytes)
      throw new MalformedBody("A line between two chunks is malformed.");
  }
}

function expect(byte: number, expected: number): void {
  if (byte !== expected) throw new MalformedBody("A chunk does not end where it should.");
}

const isBlank = (byte: number) => byte === 32 || byte === 9;

function digitOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
