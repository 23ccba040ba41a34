import { describe, expect, it } from "vitest";
import { selectTarget, type WeightedTarget } from "../../src/route/weighted-choice.ts";
import { createSeededRandom } from "../../src/simulator/seeded.ts";

const values = Array.from({ length: 10_000 }, (_, index) => `key-${index}`);

function targets(weights: Readonly<Record<string, number>>): readonly WeightedTarget[] {
  return Object.entries(weights).map(([name, weight]) => ({ name, weight }));
}

function choose(weights: Readonly<Record<string, number>>, experiment = "alias"): readonly string[] {
  const list = targets(weights);
  return values.map((value) => selectTarget(experiment, list, value, Math.random)?.name ?? "none");
}

const shareOf = (chosen: readonly string[], name: string) =>
  chosen.filter((choice) => choice === name).length / chosen.length;

describe("a weighted choice", () => {
  const splits: readonly Readonly<Record<string, number>>[] = [
    { a: 1, b: 1 },
    { a: 90, b: 10 },
    { a: 5, b: 3, c: 2 },
    { a: 0.99, b: 0.01 },
    { a: 1, b: 0 },
    { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 3 },
  ];

  it.each(splits)("follows the weights within 2 %%: %o", (weights) => {
    const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    const chosen = choose(weights);
    for (const [name, weight] of Object.entries(weights))
      expect(Math.abs(shareOf(chosen, name) - weight / total)).toBeLessThan(0.02);
  });

  it("follows them by chance too, for requests without a sticky value", () => {
    const random = createSeededRandom(3);
    const list = targets({ a: 3, b: 1 });
    const chosen = values.map(() => selectTarget("alias", list, undefined, random)?.name ?? "none");
    expect(Math.abs(shareOf(chosen, "a") - 0.75)).toBeLessThan(0.02);
  });

  it("gives the same value the same target, whatever the order of the list and the draw", () => {
    const list = targets({ a: 2, b: 1, c: 1 });
    for (const value of values.slice(0, 200)) {
      const first = selectTarget("alias", list, value, () => 0.1);
      expect(selectTarget("alias", list.toReversed(), value, () => 0.9)).toBe(first);
    }
  });

  it("moves values only to a target that gains weight, and as few as its share grows by", () => {
    const before = choose({ a: 50, b: 30, c: 20 });
    const after = choose({ a: 75, b: 30, c: 20 });
    const moved = values.filter((_, index) => before[index] !== after[index]);
    expect(values.every((_, index) => before[index] === after[index] || after[index] === "a")).toBe(true);
    expect(Math.abs(moved.length / values.length - (75 / 125 - 50 / 100))).toBeLessThan(0.01);
  });

  it("moves only the values of a target that is taken away", () => {
    const before = choose({ a: 50, b: 30, c: 20 });
    const after = choose({ a: 50, b: 30 });
    expect(values.every((_, index) => before[index] === after[index] || before[index] === "c")).toBe(true);
  });

  it("chooses independently in two experiments", () => {
    const [one, other] = [choose({ a: 1, b: 1 }, "one"), choose({ a: 1, b: 1 }, "other")];
    const same = values.filter((_, index) => one[index] === other[index]).length / values.length;
    expect(Math.abs(same - 0.5)).toBeLessThan(0.02);
  });

  it("finds nothing where nothing has a weight", () => {
    expect(selectTarget("alias", [], "x", Math.random)).toBeUndefined();
    expect(selectTarget("alias", targets({ a: 0, b: -1, c: Number.NaN }), "x", Math.random)).toBeUndefined();
  });
});
