/**
 * Takes long message texts out of a request's bytes, so that what is read, mended and written again stays short, and puts
 * them back before it is sent. Pure; knows no endpoint but the shape of chat messages.
 */
import { joinChunks, totalBytes } from "../../byte-channel.ts";
import type { ByteSearch } from "../../find-byte.ts";
import { ByteRope } from "./byte-rope.ts";
import type { JsonObject } from "./fields.ts";
import { objectsIn } from "./parts.ts";
import { hasKey } from "./value-key.ts";

export interface LongTexts {
  /** The request with a token in the middle of each long text. */
  readonly skeleton: Uint8Array<ArrayBuffer>;
  readonly count: number;
  /**
   * The JSON with the texts in the places of their tokens, wherever these have come to stand within strings; in pieces that
   * are parts of either, uncopied.
   */
  restore(json: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[];
}

/** A shorter body is parsed sooner than looked through. */
const leastBodyBytes = 64 * 1024;
const leastTextBytes = 8 * 1024;
/** What stays of a text on either side, for who looks at its beginning or end. */
const keptBytes = 1_024;

const prefix = "@@long-text-";
const tokenPattern = /@@long-text-\d+-(\d+)-\d+@@/g;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const prefixBytes = encoder.encode(prefix);
const at = 0x40;
const quote = 0x22;
const backslash = 0x5c;
/** Of what a message says. */
const keys = [encoder.encode('"content"'), encoder.encode('"text"')];

/** How many bytes were taken out of a text, less those of the tokens; 0 of a text as it came. */
export function takenOutOf(text: string): number {
  if (!text.includes(prefix)) return 0;
  let taken = 0;
  for (const [token, length] of text.matchAll(tokenPattern)) taken += Number(length) - token.length;
  return taken;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Undefined where no text is long enough to be worth it, or where the client's own words look like a token. The body is
 * taken in pieces as it came, and not copied. `search` is one that is faster than the engine's own.
 */
export function takeOutLongTexts(
  pieces: readonly Uint8Array<ArrayBuffer>[],
  search?: ByteSearch,
): LongTexts | undefined {
  if (totalBytes(pieces) < leastBodyBytes) return undefined;
  const body = new ByteRope(pieces);
  const ranges = findLongTexts(body, search);
  if (ranges.length === 0) return undefined;
  const short: Uint8Array[] = [];
  let kept = 0;
  for (const [index, range] of ranges.entries()) {
    for (const part of body.parts(kept, range.start)) short.push(part);
    short.push(encoder.encode(tokenOf(body, range, index)));
    kept = range.end;
  }
  const skeleton = joinChunks(short.concat(body.parts(kept, body.length)));
  if (findTokens(skeleton).length !== ranges.length) return undefined;
  return {
    skeleton,
    count: ranges.length,
    restore(json) {
      const whole: Uint8Array<ArrayBuffer>[] = [];
      let read = 0;
      for (const { start, end, index } of findTokens(json)) {
        const range = ranges[index];
        if (range === undefined) continue;
        whole.push(json.subarray(read, start));
        for (const part of body.parts(range.start, range.end)) whole.push(part);
        read = end;
      }
      whole.push(json.subarray(read));
      return whole.filter(({ byteLength }) => byteLength > 0);
    },
  };
}

/** Whether all tokens stand where nothing but the text itself is ever made of them: in contents, and in parts of contents. */
export function standInContents(fields: JsonObject, count: number): boolean {
  let found = 0;
  for (const { role, content } of objectsIn(fields["messages"])) {
    found += countTokens(content);
    // A tool's own data, which looks like parts, is written as JSON into a string: there it would be escaped once more.
    if (role === "tool" || role === "function") continue;
    for (const part of objectsIn(content)) found += countTokens(part["text"]);
  }
  return found === count;
}

function countTokens(text: unknown): number {
  return typeof text === "string" && text.includes(prefix) ? text.split(prefix).length - 1 : 0;
}

/** The same for the same text, so that what is hashed of a conversation stays the same from turn to turn. */
function tokenOf(body: ByteRope, { start, end }: Range, index: number): string {
  let hash = 0;
  const stride = Math.max(1, Math.floor((end - start) / 256));
  for (let position = start; position < end; position += stride) {
    hash = (Math.imul(hash, 31) + (body.at(position) ?? 0)) >>> 0;
  }
  return `${prefix}${index}-${end - start}-${hash}@@`;
}

function findLongTexts(body: ByteRope, search: ByteSearch | undefined): Range[] {
  const ranges: Range[] = [];
  let open = body.indexOf(quote, 0);
  while (open !== -1) {
    const end = body.stringEnd(open, search);
    if (end === -1) return [];
    if (end - open > leastTextBytes && isContent(body, open)) {
      const start = findCut(body, open + 1 + keptBytes);
      const stop = findCut(body, end - 1 - keptBytes - cutWindow);
      if (start !== -1 && stop !== -1) ranges.push({ start, end: stop });
    }
    open = body.indexOf(quote, end);
  }
  return ranges;
}

/** More white space than that before a value is nobody's. */
const mostBeforeBytes = 256;

/** Whether the string that opens here is what a message says. */
function isContent(body: ByteRope, open: number): boolean {
  const before = joinChunks(body.parts(Math.max(0, open - mostBeforeBytes), open));
  return hasKey(before, before.byteLength, keys);
}

const cutWindow = 512;
/** An escaped pair of surrogates. */
const longestUnit = 12;

/** The first place from here on that no escape and no character of several bytes runs over. */
function findCut(body: ByteRope, from: number): number {
  let plain = 0;
  for (let position = from - longestUnit; position < from + cutWindow; position += 1) {
    const byte = body.at(position) ?? 0;
    if (byte >= 0x80 || byte === backslash) {
      plain = 0;
      continue;
    }
    if (plain >= longestUnit) return position;
    plain += 1;
  }
  return -1;
}

interface Token extends Range {
  readonly index: number;
}

function findTokens(json: Uint8Array): Token[] {
  const tokens: Token[] = [];
  let start = json.indexOf(at);
  while (start !== -1) {
    if (prefixBytes.every((byte, offset) => json[start + offset] === byte)) {
      const [token = prefix, index = "-1"] =
        /^@@long-text-(\d+)-\d+-\d+@@/.exec(decoder.decode(json.subarray(start, start + 64))) ?? [];
      const end = start + token.length;
      tokens.push({ start, end, index: Number(index) });
      start = json.indexOf(at, end);
    } else start = json.indexOf(at, start + 1);
  }
  return tokens;
}
