/** Large pieces are counted, and nothing else is. */
import { expect, it } from "vitest";
import { createBulkCount } from "../../src/entry/bulk-count.ts";

const large = 64 * 1024;

it("collects each time that so many bytes have come in large pieces", () => {
  let collected = 0;
  const count = createBulkCount(4 * large, () => collected++);
  const seen = Array.from({ length: 9 }, () => {
    count(large);
    return collected;
  });
  expect(seen).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2]);
});

it("takes no notice of streams of words", () => {
  let collected = 0;
  const count = createBulkCount(large, () => collected++);
  for (let piece = 0; piece < 1_000; piece++) count(large - 1);
  expect(collected).toBe(0);
});
