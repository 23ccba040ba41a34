/** Where a JSON object or list ends in a text that comes in pieces. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJsonEndFinder, createLoneJsonTest } from "../../src/protocol/json-end.ts";

const piecesOf = (text: string, length: number) =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, at) =>
    text.slice(at * length, (at + 1) * length),
  );

/** The end's place in the whole text. */
function endOf(text: string, length = Infinity): number | undefined {
  const finder = createJsonEndFinder();
  let before = 0;
  for (const piece of length === Infinity ? [text] : piecesOf(text, length)) {
    const place = finder.push(piece);
    if (place !== undefined) return before + place;
    before += piece.length;
  }
  return undefined;
}

describe("the end of JSON", () => {
  it.each([
    ['{"a":1} and on', 7],
    [" [] ", 3],
    ['{"a":"}"}', 9],
    [String.raw`{"a":"\"}"}`, 11],
    [String.raw`{"a":"\\"}}`, 10],
    ['say "{}"', 7],
    ["}{}", 3],
    ["[[{}]", undefined],
    ['{"a', undefined],
    ["none", undefined],
    ["", undefined],
  ])("of %j is at %s, however it is cut", (text, end) => {
    for (const length of [1, 2, 3, Infinity]) expect(endOf(text, length)).toBe(end);
  });

  it("is the end of any object that JSON.stringify writes", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.integer({ min: 1, max: 9 }),
        (value, length) => {
          const text = JSON.stringify(value);
          expect(endOf(`${text}${text}`, length)).toBe(text.length);
        },
      ),
    );
  });
});

describe("JSON that stands alone", () => {
  it.each([
    ['{"a":1}', true],
    ['\n{"a":1} \n', true],
    ['{"a":', true],
    ['{"a":1} x', false],
    ['{"a":1}{', false],
  ])("of %j is %s, however it is cut", (text, isAlone) => {
    for (const length of [1, 2, 1000]) {
      const test = createLoneJsonTest();
      expect(piecesOf(text, length).every((piece) => test(piece))).toBe(isAlone);
    }
  });
});
