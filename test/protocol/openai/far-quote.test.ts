/** The end of a long string is where JSON's rules say, wherever it lies in memory. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findByteByEngine } from "../../../src/find-byte.ts";
import { findFarStringEnd } from "../../../src/protocol/openai/far-quote.ts";

const encoder = new TextEncoder();

/** By the book, a byte at a time. */
function expectedEnd(json: Uint8Array, from: number, end: number): number {
  for (let position = from; position < end; position += 1) {
    if (json[position] === 0x22) return position + 1;
    if (json[position] === 0x5c) position += 1;
  }
  return -1;
}

/** The bytes as a part of a larger buffer, after `offset` others that are quotes, and before as many. */
function placed(bytes: Uint8Array, offset: number): Uint8Array {
  const buffer = new Uint8Array(offset + bytes.byteLength + offset).fill(0x22);
  buffer.set(bytes, offset);
  return buffer.subarray(offset, offset + bytes.byteLength);
}

describe.each([
  ["alone", undefined],
  ["with a fast search", { find: findByteByEngine, callBytes: 256 }],
  ["with one that costs nothing to call", { find: findByteByEngine, callBytes: 0 }],
])("the end of a long string, looked for %s,", (_how, search) => {
  test.each([
    ["the first byte", '"', 1],
    ["after an escaped quote", '\\""', 3],
    ["after an escaped backslash", '\\\\"', 3],
    ["after a run of plain bytes", `${"a".repeat(97)}"`, 98],
    ["after an escape that runs over a step's end", `${"a".repeat(15)}\\"${"b".repeat(40)}"`, 58],
    ["after an escaped quote far out", `${"a".repeat(1_000)}\\"${"b".repeat(400)}"`, 1_403],
    ["after an escaped backslash far out", `${"a".repeat(1_000)}\\\\"b"`, 1_003],
    ["nowhere where there is no quote far out", "a".repeat(1_000), -1],
    ["after bytes beyond ASCII", `${"é💾".repeat(20)}"!`, 121],
    ["nowhere where it never ends", "a".repeat(100), -1],
    ["nowhere where the last quote is escaped", `${"a".repeat(40)}\\"`, -1],
    ["nowhere in nothing", "", -1],
  ])("is %s", (_name, text, end) => {
    for (let offset = 0; offset < 8; offset += 1) {
      const json = placed(encoder.encode(text), offset);
      expect(findFarStringEnd(json, 0, json.byteLength, search)).toBe(end);
    }
  });

  test("is the same for any bytes, places and ends", () => {
    const run = fc.oneof(
      fc.constantFrom(
        [0x22],
        [0x5c],
        [0x5c, 0x22],
        [0x5c, 0x5c],
        [0x21, 0x23, 0xa2],
        [0x22 ^ 0x80],
        [0x00, 0xff],
      ),
      fc.oneof(fc.nat(40), fc.nat(700)).map((length) => Array.from({ length }, () => 0x61)),
    );
    fc.assert(
      fc.property(
        fc.array(run, { maxLength: 30 }),
        fc.nat(7),
        fc.nat(9),
        fc.nat(9),
        (runs, offset, from, cut) => {
          const json = placed(Uint8Array.from(runs.flat()), offset);
          const end = Math.max(0, json.byteLength - cut);
          expect(findFarStringEnd(json, from, end, search)).toBe(expectedEnd(json, from, end));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
