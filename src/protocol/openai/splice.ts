/**
 * Puts another model name into JSON bytes and leaves every other byte as it came.
 * It must not know which name belongs where: the path and the name are given.
 */

import { readData } from "../../sse/parse.ts";
import type { DataRange, SseFrame } from "../../sse/parse.ts";
import { scanObject } from "./scan.ts";
import type { Field } from "./scan.ts";

/** The bytes that take the place of [start, end). */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

// Without state between calls.
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const openBrace = 0x7b;

/** The name as the bytes of a JSON string, quotes and all. */
export function encodeModelName(name: string): Uint8Array {
  const known = encodedNames.get(name);
  if (known !== undefined) return known;
  const encoded = encoder.encode(JSON.stringify(name));
  if (encodedNames.size < mostNames) encodedNames.set(name, encoded);
  return encoded;
}

const encodedNames = new Map<string, Uint8Array>();
/** Names may be a client's to make up. */
const mostNames = 1_000;

/** Applies edits, which are in order and do not overlap; without any, the source itself comes back. */
export function spliceFields<B extends ArrayBufferLike>(
  source: Uint8Array<B>,
  edits: readonly Edit[],
): Uint8Array<B | ArrayBuffer> {
  if (edits.length === 0) return source;
  let length = source.length;
  for (const edit of edits) length += edit.bytes.length - (edit.end - edit.start);
  const result = new Uint8Array(length);
  let read = 0;
  let written = 0;
  for (const edit of edits) {
    result.set(source.subarray(read, edit.start), written);
    written += edit.start - read;
    result.set(edit.bytes, written);
    written += edit.bytes.length;
    read = edit.end;
  }
  result.set(source.subarray(read), written);
  return result;
}

/**
 * Replaces the value at a path such as ["model"] or ["response", "model"], whatever its type and however
 * often the key stands there. Returns `json` itself when the path leads nowhere or the JSON is unsound.
 */
export function replaceModel<B extends ArrayBufferLike>(
  json: Uint8Array<B>,
  path: readonly string[],
  encodedName: Uint8Array,
): Uint8Array<B | ArrayBuffer> {
  return spliceFields(json, findEdits(json, 0, json.length, path, encodedName));
}

/** Replaces the top-level model of a request, or puts it in front where there is none, as in Azure's bodies. */
export function setModel<B extends ArrayBufferLike>(
  json: Uint8Array<B>,
  encodedName: Uint8Array,
): Uint8Array<B | ArrayBuffer> {
  const edits = findEdits(json, 0, json.length, ["model"], encodedName);
  if (edits.length > 0) return spliceFields(json, edits);
  const start = json.indexOf(openBrace) + 1;
  const isEmpty = /^\s*\}/.test(decoder.decode(json.subarray(start, start + 64)));
  const field = encoder.encode(`"model":${decoder.decode(encodedName)}${isEmpty ? "" : ","}`);
  return spliceFields(json, [{ start, end: start, bytes: field }]);
}

/**
 * The same for the data of one frame. Returns `frame` itself when there is nothing to replace, and also
 * when a value to be replaced runs over several `data:` lines: then no single range of the frame is it.
 */
export function replaceModelInFrame(
  frame: Uint8Array,
  parsed: SseFrame,
  path: readonly string[],
  encodedName: Uint8Array,
): Uint8Array {
  const ranges = parsed.data;
  const first = ranges[0];
  if (first === undefined) return frame;
  if (ranges.length === 1) {
    return spliceFields(frame, findEdits(frame, first.start, first.end, path, encodedName));
  }
  const joined = readData(frame, ranges);
  const edits: Edit[] = [];
  for (const edit of findEdits(joined, 0, joined.length, path, encodedName)) {
    const mapped = mapToFrame(edit, ranges);
    if (mapped === undefined) return frame;
    edits.push(mapped);
  }
  return spliceFields(frame, edits);
}

/** One edit for every value that the path leads to, in the order of the bytes. */
function findEdits(
  json: Uint8Array,
  start: number,
  end: number,
  path: readonly string[],
  bytes: Uint8Array,
): Edit[] {
  const edits: Edit[] = [];
  for (const { valueStart, valueEnd } of findFields(json, start, end, path)) {
    edits.push({ start: valueStart, end: valueEnd, bytes });
  }
  return edits;
}

function findFields(json: Uint8Array, start: number, end: number, path: readonly string[]): readonly Field[] {
  const first = path[0];
  if (first === undefined) return [];
  const found = scanObject(json, start, end, path.length === 1 ? path : [first]) ?? [];
  if (path.length === 1) return found;
  const rest = path.slice(1);
  return found.flatMap(({ valueStart, valueEnd }) =>
    json[valueStart] === openBrace ? findFields(json, valueStart, valueEnd, rest) : [],
  );
}

/** Where a range of the joined data lies in the frame, if one `data:` line holds all of it. */
function mapToFrame(edit: Edit, ranges: readonly DataRange[]): Edit | undefined {
  let lineStart = 0;
  for (const range of ranges) {
    const lineEnd = lineStart + range.end - range.start;
    if (edit.start >= lineStart && edit.end <= lineEnd) {
      const shift = range.start - lineStart;
      return { start: edit.start + shift, end: edit.end + shift, bytes: edit.bytes };
    }
    lineStart = lineEnd + 1;
  }
  return undefined;
}
