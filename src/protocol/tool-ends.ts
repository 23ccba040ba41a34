/** The markups of tool calls, and where the body of one ends in a text that comes in pieces. Knows no insides. */
import { heldLength } from "./held-suffix.ts";
import { createJsonEndFinder, type JsonEndFinder } from "./json-end.ts";

export interface Markup {
  readonly opening: string;
  /** Undefined where the JSON's own end closes it. */
  readonly closing?: string;
  /** A closing marker that may follow the JSON. */
  readonly trailing?: string;
}

export const markups: readonly Markup[] = [
  { opening: "<tool_call>", closing: "</tool_call>" },
  { opening: "[TOOL_REQUEST]", closing: "[END_TOOL_REQUEST]" },
  { opening: "<|tool_call|>", trailing: "<|/tool_call|>" },
  { opening: "<function=", closing: "</function>" },
  { opening: "[TOOL_CALLS]" },
];

/** Places that are counted from the body's beginning. */
export interface FoundEnd {
  readonly bodyEnd: number;
  /** Behind the closing marker. */
  readonly end: number;
}

export interface EndFinder {
  /** Takes what follows the pieces before; asks for no more once it has found the end. */
  push(piece: string): FoundEnd | undefined;
}

/** Looks at each character once, however the text behind the opening is cut. */
export function createEndFinder({ closing, trailing }: Markup): EndFinder {
  return closing === undefined ? new JsonBodyEnd(trailing) : new ClosingEnd(closing);
}

class ClosingEnd implements EndFinder {
  readonly #closing: string;
  /** The last of what was looked at, in which the marker may have begun. */
  #tail = "";
  #length = 0;

  constructor(closing: string) {
    this.#closing = closing;
  }

  push(piece: string): FoundEnd | undefined {
    const text = this.#tail + piece;
    this.#length += piece.length;
    const place = text.indexOf(this.#closing);
    if (place === -1) {
      this.#tail = text.slice(1 - this.#closing.length);
      return undefined;
    }
    const bodyEnd = this.#length - text.length + place;
    return { bodyEnd, end: bodyEnd + this.#closing.length };
  }
}

const argsMarker = "[ARGS]";

class JsonBodyEnd implements EndFinder {
  readonly #trailing: string | undefined;
  #json: JsonEndFinder | undefined;
  /** What may become `[ARGS]`, in front of the JSON. */
  #tail = "";
  #length = 0;
  #bodyEnd: number | undefined;
  /** How much of the trailing marker is there. */
  #matched = 0;

  constructor(trailing: string | undefined) {
    this.#trailing = trailing;
  }

  push(piece: string): FoundEnd | undefined {
    this.#length += piece.length;
    let rest = piece;
    if (this.#json === undefined) rest = this.#findStart(piece);
    if (this.#bodyEnd === undefined) {
      const place = this.#json?.push(rest);
      if (place === undefined) return undefined;
      this.#bodyEnd = this.#length - rest.length + place;
      rest = rest.slice(place);
    }
    return this.#findTrailing(this.#bodyEnd, rest);
  }

  /** The JSON's first piece, which is empty while there is none. */
  #findStart(piece: string): string {
    const text = this.#tail + piece;
    const held = text.length - heldLength(text, [argsMarker]);
    const start = text.search(/\{|\[(?!ARGS\])/);
    if (start === -1 || start >= held) {
      this.#tail = text.slice(held);
      return "";
    }
    this.#json = createJsonEndFinder();
    return text.slice(start);
  }

  #findTrailing(bodyEnd: number, rest: string): FoundEnd | undefined {
    const trailing = this.#trailing ?? "";
    if (trailing === "") return { bodyEnd, end: bodyEnd };
    for (let at = 0; at < rest.length; at += 1) {
      const char = rest[at];
      if (this.#matched === 0 && char?.trim() === "") continue;
      if (char !== trailing[this.#matched]) return { bodyEnd, end: bodyEnd };
      this.#matched += 1;
      if (this.#matched === trailing.length) return { bodyEnd, end: this.#length - rest.length + at + 1 };
    }
    return undefined;
  }
}
