/** Whoever looks for a byte finds the same one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeSearch } from "../src/entry/node/find-byte.ts";
import { findByteByEngine, findByteByWords } from "../src/find-byte.ts";

describe.each([
  ["by words", findByteByWords],
  ["by the engine", findByteByEngine],
  ["by Node", nodeSearch.find],
])("a byte that is looked for %s", (_how, findByte) => {
  it("is the first one from the place on, wherever the bytes lie in memory", () => {
    // Those that differ from it in a bit, and those that borrow from their neighbours.
    const byte = fc.constantFrom(0x00, 0x01, 0x21, 0x22, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xa2, 0xff);
    const gap = fc.tuple(byte, fc.nat(40)).map(([filler, length]) => Array.from({ length }, () => filler));
    const bytes = fc
      .array(
        fc.oneof(
          byte.map((one) => [one]),
          gap,
        ),
        { maxLength: 12 },
      )
      .map((runs) => runs.flat());
    fc.assert(
      fc.property(bytes, byte, fc.nat(5), fc.nat(60), (values, wanted, offset, from) => {
        const buffer = new Uint8Array(values.length + 2 * offset).fill(wanted);
        buffer.set(values, offset);
        const view = buffer.subarray(offset, offset + values.length);
        expect(findByte(view, wanted, from)).toBe(values.indexOf(wanted, from));
      }),
      { numRuns: 2_000 },
    );
  });
});
