/**
 * Finds where the fields of one JSON object lie in its bytes, without building the object.
 * It must not know what the fields mean, nor change a byte.
 */

import type { ByteSearch } from "../../find-byte.ts";
import { isEscaped } from "./escape.ts";
import { findFarStringEnd } from "./far-quote.ts";

/** One occurrence of a wanted key at the object's top level, as positions in the scanned bytes. */
export interface Field {
  readonly key: string;
  /** The key's opening quote. */
  readonly keyStart: number;
  /** The value's first byte, and the place after its last one; white space around it is left out. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const notFound = -1;
const nearBytes = 48;
/** What is shorter is searched sooner by the engine. */
const leastFarBytes = 4_096;

// What may stand next within a nested value. The order matters: up to `keyOrClose` a value may not stand.
const afterValue = 0;
const colonNext = 1;
const keyNext = 2;
const keyOrClose = 3;
const valueNext = 4;
const valueOrClose = 5;

// Without state between calls.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Finds every top-level occurrence of the wanted keys in the JSON object that fills [start, end).
 * Returns undefined unless the bytes are one object of sound structure: strings end, brackets balance by
 * kind, commas and colons stand where they must, nothing follows. The spelling of numbers, literals and
 * escapes is not checked. Never throws; takes linear time and no recursion.
 */
export function scanObject(
  json: Uint8Array,
  start: number,
  end: number,
  keys: ReadonlySet<string> | readonly string[],
): Field[] | undefined {
  const wanted = isList(keys) ? keys : [...keys];
  const limit = end < json.length ? end : json.length;
  let position = skipSpace(json, start, limit);
  if (position >= limit || json[position] !== openBrace) return undefined;
  const fields: Field[] = [];
  position = skipSpace(json, position + 1, limit);
  if (position < limit && json[position] === closeBrace) {
    return skipSpace(json, position + 1, limit) === limit ? fields : undefined;
  }
  while (position < limit && json[position] === quote) {
    const keyStart = position;
    const keyEnd = findStringEnd(json, keyStart, limit);
    if (keyEnd === notFound) return undefined;
    position = skipSpace(json, keyEnd, limit);
    if (position >= limit || json[position] !== colon) return undefined;
    const valueStart = skipSpace(json, position + 1, limit);
    const valueEnd = findValueEnd(json, valueStart, limit);
    if (valueEnd === notFound) return undefined;
    const key = matchKey(json, keyStart + 1, keyEnd - 1, wanted);
    if (key !== undefined) fields.push({ key, keyStart, valueStart, valueEnd });
    position = skipSpace(json, valueEnd, limit);
    if (position >= limit) return undefined;
    const separator = json[position];
    position = skipSpace(json, position + 1, limit);
    if (separator === closeBrace) return position === limit ? fields : undefined;
    if (separator !== comma) return undefined;
  }
  return undefined;
}

function isList(keys: ReadonlySet<string> | readonly string[]): keys is readonly string[] {
  return Array.isArray(keys);
}

function skipSpace(json: Uint8Array, from: number, end: number): number {
  let position = from;
  while (position < end && isSpace(json[position])) position += 1;
  return position;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * The place after the closing quote of the string that opens at `open`. Most strings are a word long, for
 * which a native search costs more than it saves: so a few bytes are looked at here before it is called,
 * and again after each escaped quote, since these come in swarms (tool arguments are JSON in a string). -1 where it does
 * not end. `search` is one that is faster than the engine's own.
 */
export function findStringEnd(json: Uint8Array, open: number, end: number, search?: ByteSearch): number {
  let position = open + 1;
  for (;;) {
    const nearEnd = position + nearBytes < end ? position + nearBytes : end;
    while (position < nearEnd) {
      const byte = json[position];
      if (byte === quote) return position + 1;
      position += byte === backslash ? 2 : 1;
    }
    if (end - position >= leastFarBytes) return findFarStringEnd(json, position, end, search);
    const found = json.indexOf(quote, position);
    if (found === notFound || found >= end) return notFound;
    // Counting back stops where the search began, so every backslash is counted once.
    if (!isEscaped(json, position, found)) return found + 1;
    position = found + 1;
  }
}

function findValueEnd(json: Uint8Array, start: number, end: number): number {
  if (start >= end) return notFound;
  const first = json[start];
  if (first === quote) return findStringEnd(json, start, end);
  if (first === openBrace || first === openBracket) return findNestedEnd(json, start, end);
  return findScalarEnd(json, start, end);
}

/** The place after a number, `true`, `false` or `null`: as far as their letters and signs go. */
function findScalarEnd(json: Uint8Array, start: number, end: number): number {
  let position = start;
  while (position < end && isScalarByte(json[position] ?? 0)) position += 1;
  return position === start ? notFound : position;
}

function isScalarByte(byte: number): boolean {
  if (byte >= 0x30 && byte <= 0x39) return true;
  if (byte >= 0x61 && byte <= 0x7a) return true;
  return byte === 0x2e || byte === 0x2d || byte === 0x2b || byte === 0x45;
}

/** The place after the object or array that opens at `open`, its structure checked all the way down. */
function findNestedEnd(json: Uint8Array, open: number, end: number): number {
  const closers: number[] = [];
  let closer = 0;
  let next = valueNext;
  let position = open;
  while (position < end) {
    const byte = json[position] ?? 0;
    if (byte === quote) {
      if (next === afterValue || next === colonNext) return notFound;
      next = next >= valueNext ? afterValue : colonNext;
      position = findStringEnd(json, position, end);
      if (position === notFound) return notFound;
      continue;
    }
    if (byte === comma) {
      if (next !== afterValue) return notFound;
      next = closer === closeBrace ? keyNext : valueNext;
    } else if (byte === colon) {
      if (next !== colonNext) return notFound;
      next = valueNext;
    } else if (byte === openBrace || byte === openBracket) {
      if (next < valueNext) return notFound;
      closers.push(closer);
      closer = byte === openBrace ? closeBrace : closeBracket;
      next = byte === openBrace ? keyOrClose : valueOrClose;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (byte !== closer || !(next === afterValue || next === keyOrClose || next === valueOrClose)) {
        return notFound;
      }
      closer = closers.pop() ?? 0;
      if (closer === 0) return position + 1;
      next = afterValue;
    } else if (!isSpace(byte)) {
      if (next < valueNext) return notFound;
      next = afterValue;
      position = findScalarEnd(json, position, end);
      if (position === notFound) return notFound;
      continue;
    }
    position += 1;
  }
  return notFound;
}

/** Which wanted key the bytes between a key's quotes spell, if any. */
function matchKey(
  json: Uint8Array,
  start: number,
  end: number,
  wanted: readonly string[],
): string | undefined {
  let mayBeLonger = false;
  for (const key of wanted) {
    if (key.length === end - start && isSpelled(json, start, key)) return key;
    if (key.length < end - start) mayBeLonger = true;
  }
  // Escapes and letters beyond ASCII take more bytes than the key has letters.
  if (!mayBeLonger || isPlain(json, start, end)) return undefined;
  try {
    const key: unknown = JSON.parse(decoder.decode(json.subarray(start - 1, end + 1)));
    return wanted.find((candidate) => candidate === key);
  } catch {
    return undefined;
  }
}

function isSpelled(json: Uint8Array, start: number, key: string): boolean {
  for (let index = 0; index < key.length; index += 1) {
    if (json[start + index] !== key.charCodeAt(index)) return false;
  }
  return true;
}

/** Whether the bytes are ASCII without an escape. */
function isPlain(json: Uint8Array, start: number, end: number): boolean {
  for (let position = start; position < end; position += 1) {
    const byte = json[position] ?? 0;
    if (byte === backslash || byte >= 0x80) return false;
  }
  return true;
}
