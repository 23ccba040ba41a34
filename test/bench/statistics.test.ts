/** The sums that the benchmark's table is made of. */
import { describe, expect, test } from "vitest";
import { fitLine, median, percentile } from "../../bench/statistics.ts";

describe("the median", () => {
  test.each([
    ["of an odd count is the middle value", [9, 1, 5], 5],
    ["of an even count is the mean of the two in the middle", [4, 1, 10, 2], 3],
    ["of one value is the value", [7], 7],
    ["of none is no number", [], Number.NaN],
  ])("%s", (_title, values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test("leaves what it is given in its order", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("a percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  test.each([
    ["half of a hundred", hundred, 0.5, 50],
    ["99 of a hundred", hundred, 0.99, 99],
    ["all of a hundred", hundred, 1, 100],
    ["none of a hundred is the smallest", hundred, 0, 1],
    ["of none is no number", [], 0.5, Number.NaN],
  ])("%s", (_title, values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});

describe("a line", () => {
  test("through points on a line has its slope and no doubt", () => {
    const { slope, uncertainty } = fitLine([
      [10, 1],
      [20, 3],
      [40, 7],
    ]);
    expect(slope).toBeCloseTo(0.2);
    expect(uncertainty).toBeCloseTo(0);
  });

  test("through points that stray is as uncertain as they stray", () => {
    const flat = [5, -5, 5, -5, 5, -5, 5, -5].map((y, x): [number, number] => [x, y]);
    const { slope, uncertainty } = fitLine(flat);
    expect(Math.abs(slope)).toBeLessThan(uncertainty);
  });

  test("through two points says nothing", () => {
    expect(
      fitLine([
        [1, 1],
        [2, 2],
      ]).slope,
    ).toBeNaN();
  });
});
