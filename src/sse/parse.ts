/**
 * Reads one frame of an event stream: its event name and where its data lies.
 * It must not know what the data means, nor how frames are cut from a stream.
 */

/** The bytes of one `data:` line's value, as positions within its frame. */
export interface DataRange {
  readonly start: number;
  readonly end: number;
}

/** What a frame says, without a copy of its data. */
export interface SseFrame {
  /** The event's name; undefined when none (or an empty one) is given, which means "message". */
  readonly event: string | undefined;
  readonly data: readonly DataRange[];
}

const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const tab = 9;
const colon = 58;

const doneBytes: readonly number[] = Array.from("[DONE]", (letter) => letter.charCodeAt(0));
const dataName: readonly number[] = Array.from("data", (letter) => letter.charCodeAt(0));
const eventName: readonly number[] = Array.from("event", (letter) => letter.charCodeAt(0));

// Both are without state between calls: whole values only, a BOM within a value is kept.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Finds the event name and the data lines of a frame. Comments and other fields are passed over.
 * A last line without a line end counts as a line, so that a stream's unfinished rest can be read too.
 */
export function parseFrame(frame: Uint8Array): SseFrame {
  const only = findOnlyDataLine(frame);
  if (only !== undefined) return { event: undefined, data: [only] };
  const data: DataRange[] = [];
  let event: string | undefined;
  let lineStart = hasByteOrderMark(frame) ? 3 : 0;
  let nextLf = -1;
  let nextCr = -1;
  while (lineStart < frame.length) {
    if (nextLf < lineStart) nextLf = findByte(frame, lineFeed, lineStart);
    if (nextCr < lineStart) nextCr = findByte(frame, carriageReturn, lineStart);
    const lineEnd = nextLf < nextCr ? nextLf : nextCr;
    if (isField(frame, lineStart, lineEnd, dataName)) {
      data.push({ start: findValue(frame, lineStart + dataName.length, lineEnd), end: lineEnd });
    } else if (isField(frame, lineStart, lineEnd, eventName)) {
      const start = findValue(frame, lineStart + eventName.length, lineEnd);
      event = start === lineEnd ? undefined : decoder.decode(frame.subarray(start, lineEnd));
    }
    // The LF of a CRLF then looks like one more empty line, which says nothing.
    lineStart = lineEnd + 1;
  }
  return { event, data };
}

/** The data of a frame, its lines joined with LF; a view of the frame when there is only one line. */
export function readData(frame: Uint8Array, ranges: readonly DataRange[]): Uint8Array {
  const first = ranges[0];
  if (first === undefined) return new Uint8Array(0);
  if (ranges.length === 1) return frame.subarray(first.start, first.end);
  let length = ranges.length - 1;
  for (const range of ranges) length += range.end - range.start;
  const joined = new Uint8Array(length).fill(lineFeed);
  let position = 0;
  for (const range of ranges) {
    joined.set(frame.subarray(range.start, range.end), position);
    position += range.end - range.start + 1;
  }
  return joined;
}

/** Whether the data is exactly `[DONE]`, spaces around it allowed. */
export function isDone(frame: Uint8Array, ranges: readonly DataRange[]): boolean {
  const range = ranges[0];
  if (range === undefined || ranges.length !== 1) return false;
  let { start, end } = range;
  while (start < end && isBlank(frame[start])) start += 1;
  while (end > start && isBlank(frame[end - 1])) end -= 1;
  return end - start === doneBytes.length && startsWith(frame, start, doneBytes);
}

/** The way most frames look: `data: ...` and a blank line of LF, with no other line. */
function findOnlyDataLine(frame: Uint8Array): DataRange | undefined {
  const end = frame.length - 2;
  if (end < 5 || frame[end] !== lineFeed || frame[end + 1] !== lineFeed) return undefined;
  if (frame[4] !== colon || !startsWith(frame, 0, dataName)) return undefined;
  if (frame.indexOf(lineFeed, 5) !== end || frame.includes(carriageReturn, 5)) return undefined;
  return { start: frame[5] === space ? 6 : 5, end };
}

function isField(frame: Uint8Array, start: number, end: number, name: readonly number[]): boolean {
  const nameEnd = start + name.length;
  if (nameEnd > end || !startsWith(frame, start, name)) return false;
  return nameEnd === end || frame[nameEnd] === colon;
}

/** Where a field's value begins: after the colon and one space, or at the line's end without a colon. */
function findValue(frame: Uint8Array, nameEnd: number, lineEnd: number): number {
  if (nameEnd === lineEnd) return lineEnd;
  const start = nameEnd + 1;
  return start < lineEnd && frame[start] === space ? start + 1 : start;
}

function findByte(bytes: Uint8Array, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found === -1 ? bytes.length : found;
}

function startsWith(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  for (let index = 0; index < expected.length; index += 1) {
    if (bytes[at + index] !== expected[index]) return false;
  }
  return true;
}

function hasByteOrderMark(frame: Uint8Array): boolean {
  return frame[0] === 0xef && frame[1] === 0xbb && frame[2] === 0xbf;
}

function isBlank(byte: number | undefined): boolean {
  return byte === space || byte === tab;
}
