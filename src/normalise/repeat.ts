/**
 * Spares the parsing of stream frames that differ from earlier ones in their content text alone: everything before and
 * after the text is byte-equal, so only the text is put into what came out then. Knows no mend.
 */

/** A frame around its content text: as it came, and as it went out. */
interface Shape {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly outBefore: Uint8Array;
  readonly outAfter: Uint8Array;
}

export interface Repeater {
  /** The output for a frame of a known shape, in pieces that are yet to be joined; undefined where it has to be parsed. */
  match(frame: Uint8Array): readonly Uint8Array[] | undefined;
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
  let candidate: Shape | undefined;
  let known: Shape | undefined;

  return {
    match(frame) {
      if (known === undefined) return undefined;
      const { before, after, outBefore, outAfter } = known;
      const end = frame.length - after.length;
      if (end <= before.length || !startsWith(frame, before) || !endsWith(frame, after)) return undefined;
      if (!isPlainText(frame, before.length, end)) return undefined;
      return [outBefore, frame.subarray(before.length, end), outAfter];
    },
    observe(frame, output) {
      const shape = shapeOf(frame, output);
      known =
        shape !== undefined && candidate !== undefined && isSameShape(shape, candidate) ? shape : undefined;
      candidate = shape;
    },
    forget() {
      candidate = known = undefined;
    },
  };
}

/** Undefined where the content is not one plain text that stands once in both. */
function shapeOf(frame: Uint8Array, output: Uint8Array): Shape | undefined {
  const inner = findText(frame);
  const outer = findText(output);
  if (inner === undefined || outer === undefined) return undefined;
  const text = frame.subarray(inner.start, inner.end);
  if (text.length === 0 || !isSame(text, output.subarray(outer.start, outer.end))) return undefined;
  return {
    before: frame.slice(0, inner.start),
    after: frame.slice(inner.end),
    outBefore: output.slice(0, outer.start),
    outAfter: output.slice(outer.end),
  };
}

function findText(bytes: Uint8Array): { start: number; end: number } | undefined {
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

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  for (let index = 0; index < start.length; index++) if (bytes[index] !== start[index]) return false;
  return true;
}

function endsWith(bytes: Uint8Array, end: Uint8Array): boolean {
  const offset = bytes.length - end.length;
  for (let index = 0; index < end.length; index++) if (bytes[offset + index] !== end[index]) return false;
  return true;
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && startsWith(left, right);
}

function isSameShape(left: Shape, right: Shape): boolean {
  return (
    isSame(left.before, right.before) &&
    isSame(left.after, right.after) &&
    isSame(left.outBefore, right.outBefore) &&
    isSame(left.outAfter, right.outAfter)
  );
}
