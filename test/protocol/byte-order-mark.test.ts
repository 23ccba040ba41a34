import { describe, expect, it } from "vitest";
import { piecesWithoutMark, withoutByteOrderMark } from "../../src/protocol/byte-order-mark.ts";

const mark = [0xef, 0xbb, 0xbf];
const cutAt = (bytes: readonly number[], places: readonly number[]) =>
  [...places, bytes.length].map((end, index) => Uint8Array.from(bytes.slice(places[index - 1] ?? 0, end)));

describe("a byte order mark", () => {
  it.each([
    ["is left out", [...mark, 1, 2], [1, 2]],
    ["may be all there is", mark, []],
    ["is one at the beginning alone", [1, ...mark], [1, ...mark]],
    ["is left out once", [...mark, ...mark], mark],
    ["is none where a byte is missing", [0xef, 0xbb, 1], [0xef, 0xbb, 1]],
    ["may be missing with all else", [], []],
  ])("%s, in whatever pieces it comes", (_what, bytes, rest) => {
    expect([...withoutByteOrderMark(Uint8Array.from(bytes))]).toEqual(rest);
    expect(piecesWithoutMark([])).toEqual([]);
    for (let first = 0; first <= bytes.length; first++)
      for (let second = first; second <= bytes.length; second++) {
        const pieces = piecesWithoutMark(cutAt(bytes, [first, second]));
        expect(pieces.flatMap((piece) => [...piece])).toEqual(rest);
      }
  });
});
