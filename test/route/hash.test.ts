import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashText, hashToShare } from "../../src/route/hash.ts";

describe("a hash", () => {
  it("is a whole number that a double holds, and its share lies within (0, 1)", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (text, seed) => {
        const hash = hashText(text, seed);
        expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true);
        expect(hashToShare(hash) > 0 && hashToShare(hash) < 1).toBe(true);
      }),
      { seed: 1 },
    );
    expect(hashToShare(0)).toBeGreaterThan(0);
    expect(hashToShare(2 ** 53 - 1)).toBeLessThan(1);
  });

  it("differs by text and by seed, the high half of the seed too", () => {
    const hashes = [
      ...Array.from({ length: 50_000 }, (_, index) => hashText(`text ${index}`)),
      ...Array.from({ length: 50_000 }, (_, index) => hashText("text", index)),
      ...Array.from({ length: 50_000 }, (_, index) => hashText("text", index * 2 ** 32 + 5)),
    ];
    // "text" with seed 5 stands in the list twice.
    expect(new Set(hashes).size).toBe(hashes.length - 1);
  });

  it("spreads evenly over tenths, for names that differ in one figure", () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 20_000; index += 1) {
      const tenth = Math.floor(hashToShare(hashText(`box-${index}`)) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.max(...tenths)).toBeLessThan(2_000 * 1.08);
    expect(Math.min(...tenths)).toBeGreaterThan(2_000 * 0.92);
  });

  it("is the same for ever, since replicas of two versions share it", () => {
    expect([hashText(""), hashText("box"), hashText("box", 2 ** 40 + 1)]).toMatchInlineSnapshot(`
      [
        1463428909070956,
        2566550982690086,
        2356689630577708,
      ]
    `);
  });
});
