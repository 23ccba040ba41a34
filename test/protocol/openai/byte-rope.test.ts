import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteRope } from "../../../src/protocol/openai/byte-rope.ts";
import { findByteByEngine } from "../../../src/find-byte.ts";
import { findStringEnd } from "../../../src/protocol/openai/scan.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Texts in which strings end, and do not, behind any number of backslashes; some pieces are empty. */
const pieces = fc.array(fc.stringMatching(/^[a"\\]{0,6}$/), { minLength: 1, maxLength: 12 });
const longPieces = fc.array(fc.constantFrom("a".repeat(5_000), "\\", '"', '\\"', "\\\\", "é", ""), {
  minLength: 1,
  maxLength: 8,
});

describe("bytes in pieces", () => {
  it("say at each place what the whole says, wherever was looked before", () => {
    const property = fc.property(pieces, fc.array(fc.nat(80)), (texts, places) => {
      const [rope, whole] = [new ByteRope(texts.map(bytesOf)), bytesOf(texts.join(""))];
      expect(rope.length).toBe(whole.length);
      expect(places.map((place) => rope.at(place))).toEqual(places.map((place) => whole[place]));
      for (const place of places) expect(rope.indexOf(0x22, place)).toBe(whole.indexOf(0x22, place));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it.each([
    ["short", pieces],
    ["long", longPieces],
  ])("have %s strings end where they end in the whole", (_length, arbitrary) => {
    const property = fc.property(arbitrary, fc.boolean(), (texts, isFast) => {
      const search = isFast ? { find: findByteByEngine, callBytes: 8 } : undefined;
      const [rope, whole] = [new ByteRope(texts.map(bytesOf)), bytesOf(texts.join(""))];
      for (let open = whole.indexOf(0x22); open !== -1; open = whole.indexOf(0x22, open + 1))
        expect(rope.stringEnd(open, search)).toBe(findStringEnd(whole, open, whole.length));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("give a range as it lies in them", () => {
    const rope = new ByteRope(["one", "", "two", "three"].map(bytesOf));
    const partsOf = (start: number, end: number) =>
      rope.parts(start, end).map((part) => new TextDecoder().decode(part));
    expect(partsOf(0, 11)).toEqual(["one", "two", "three"]);
    expect(partsOf(1, 7)).toEqual(["ne", "two", "t"]);
    expect(partsOf(3, 6)).toEqual(["two"]);
    expect(partsOf(4, 5)).toEqual(["w"]);
    expect(partsOf(5, 5)).toEqual([]);
    expect(partsOf(10, 99)).toEqual(["e"]);
    expect(partsOf(11, 99)).toEqual([]);
  });

  it("may be none", () => {
    const rope = new ByteRope([]);
    expect([rope.length, rope.at(0), rope.indexOf(1, 0), rope.parts(0, 1)]).toEqual([0, undefined, -1, []]);
  });
});
