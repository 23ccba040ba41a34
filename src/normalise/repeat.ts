/**
 * Spares the parsing of stream frames that differ from earlier ones in their content text alone: everything before and
 * after the text is byte-equal, so only the text is put into what came out then. Knows no mend.
 */

import { fewBytes, type Joiner } from "../sse/joiner.ts";

/** A frame around its content text. An open stream keeps it: both arrays share one memory, and few objects hold it. */
interface Shape {
  /** What stands before and after the text as it came, and where the one ends. */
  readonly input: Uint8Array;
  readonly inputSplit: number;
  /** The same as it went out. */
  readonly output: Uint8Array;
  readonly outputSplit: number;
}

export interface Repeater {
  /** The output for frames that all have the known shape; undefined where one of them has to be parsed. */
  match(frames: readonly Uint8Array[], joiner: Joiner): Uint8Array | undefined;
  /** Hears what a parsed frame became. A shape is known once two frames in a row became the same. */
  observe(frame: Uint8Array, output: Uint8Array): void;
  /** Forgets what it knows: something came that is no text. */
  forget(): void;
}

const quote = 0x22;
const backslash = 0x5c;
const encoder = new TextEncoder();
const marker = encoder.encode('"content":"');
/** The escapes that JSON.stringify writes itself; a text with others comes out in another spelling. */
const plainEscapes: ReadonlySet<number> = new Set(encoder.encode('"\\bfnrt'));

export function createRepeater(): Repeater {
  return new ShapeRepeater();
}

class ShapeRepeater implements Repeater {
  #candidate: Shape | undefined = undefined;
  #known: Shape | undefined = undefined;

  match(frames: readonly Uint8Array[], joiner: Joiner): Uint8Array | undefined {
    const shape = this.#known;
    if (shape === undefined) return undefined;
    const { input, output } = shape;
    let length = 0;
    for (const frame of frames) {
      if (!hasShape(frame, shape)) return undefined;
      length += output.length + frame.length - input.length;
    }
    const written = joiner.take(length);
    let used = 0;
    for (const frame of frames) used = writeAround(written, used, frame, shape);
    return written;
  }

  observe(frame: Uint8Array, output: Uint8Array): void {
    const shape = shapeOf(frame, output);
    const candidate = this.#candidate;
    const isRepeated = shape !== undefined && candidate !== undefined && isSameShape(shape, candidate);
    this.#known = isRepeated ? shape : undefined;
    this.#candidate = shape;
  }

  forget(): void {
    this.#candidate = this.#known = undefined;
  }
}

function hasShape(frame: Uint8Array, { input, inputSplit }: Shape): boolean {
  // What the frame is longer is its text.
  const textBytes = frame.length - input.length;
  if (textBytes <= 0) return false;
  for (let index = 0; index < inputSplit; index++) if (frame[index] !== input[index]) return false;
  for (let index = inputSplit; index < input.length; index++)
    if (frame[index + textBytes] !== input[index]) return false;
  return isPlainText(frame, inputSplit, inputSplit + textBytes);
}

/** Writes what a frame of the shape becomes; returns where it ends. */
function writeAround(target: Uint8Array, start: number, frame: Uint8Array, shape: Shape): number {
  const { input, inputSplit, output, outputSplit } = shape;
  const textBytes = frame.length - input.length;
  const text = start + outputSplit;
  // Both sides in one native copy: the longer one lands where it belongs, the shorter one is put right.
  if (2 * outputSplit > output.length) {
    target.set(output, start);
    for (let index = outputSplit; index < output.length; index++)
      target[start + textBytes + index] = output[index] ?? 0;
  } else {
    target.set(output, start + textBytes);
    for (let index = 0; index < outputSplit; index++) target[start + index] = output[index] ?? 0;
  }
  if (textBytes > fewBytes) target.set(frame.subarray(inputSplit, inputSplit + textBytes), text);
  else for (let index = 0; index < textBytes; index++) target[text + index] = frame[inputSplit + index] ?? 0;
  return start + output.length + textBytes;
}

/** Undefined where the content is not one plain text that stands once in both. */
function shapeOf(frame: Uint8Array, output: Uint8Array): Shape | undefined {
  const inner = findText(frame);
  const outer = findText(output);
  if (inner === undefined || outer === undefined) return undefined;
  const text = frame.subarray(inner.start, inner.end);
  if (text.length === 0 || !isSame(text, output.subarray(outer.start, outer.end))) return undefined;
  const inputBytes = frame.length - text.length;
  const outputBytes = output.length - text.length;
  const memory = new ArrayBuffer(inputBytes + outputBytes);
  const shape: Shape = {
    input: new Uint8Array(memory, 0, inputBytes),
    inputSplit: inner.start,
    output: new Uint8Array(memory, inputBytes, outputBytes),
    outputSplit: outer.start,
  };
  copyAround(frame, inner, shape.input);
  copyAround(output, outer, shape.output);
  return shape;
}

/** Copies all but the text. */
function copyAround(bytes: Uint8Array, text: TextRange, target: Uint8Array): void {
  target.set(bytes.subarray(0, text.start));
  target.set(bytes.subarray(text.end), text.start);
}

interface TextRange {
  readonly start: number;
  readonly end: number;
}

function findText(bytes: Uint8Array): TextRange | undefined {
  const at = indexOf(bytes, marker, 0);
  if (at === -1 || indexOf(bytes, marker, at + 1) !== -1) return undefined;
  const start = at + marker.length;
  const end = closingQuote(bytes, start);
  return end === -1 || !isPlainText(bytes, start, end) ? undefined : { start, end };
}

function closingQuote(bytes: Uint8Array, start: number): number {
  for (let index = start; index < bytes.length; index++) {
    if (bytes[index] === backslash) index++;
    else if (bytes[index] === quote) return index;
  }
  return -1;
}

/** Whether a range is the inside of a JSON string as JSON.stringify would write it. */
function isPlainText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0;
    if (byte === quote || byte < 0x20) return false;
    if (byte !== backslash) continue;
    index++;
    if (index >= end || !plainEscapes.has(bytes[index] ?? 0)) return false;
  }
  return true;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const first = wanted[0] ?? 0;
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (isSame(bytes.subarray(at, at + wanted.length), wanted)) return at;
  }
  return -1;
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

function isSameShape(left: Shape, right: Shape): boolean {
  return (
    left.inputSplit === right.inputSplit &&
    left.outputSplit === right.outputSplit &&
    isSame(left.input, right.input) &&
    isSame(left.output, right.output)
  );
}
