import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findOutliers, type OutcomeCounts } from "../../src/route/outlier.ts";
import { countOutcome, noTraffic, readTraffic } from "../../src/route/traffic.ts";

/** `counts(9, 1)` of each: so many successes and failures. */
function pool(...counts: readonly (readonly [number, number])[]): readonly OutcomeCounts[] {
  return counts.map(([successes, failures], index) => ({
    name: "abcdefgh".charAt(index),
    successes,
    failures,
  }));
}

describe("outliers", () => {
  const cases: readonly (readonly [string, readonly OutcomeCounts[], readonly string[]])[] = [
    ["are none where all is well", pool([10, 0], [10, 0], [10, 0]), []],
    ["are who fails while the others do not", pool([10, 0], [5, 5], [10, 0]), ["b"]],
    ["are none where all fail alike", pool([2, 8], [1, 9], [3, 7]), []],
    ["are none within the margin", pool([10, 0], [8, 2], [10, 0]), []],
    ["are judged by enough requests", pool([10, 0], [0, 4], [10, 0]), []],
    ["are at most half of the pool, the worst first", pool([0, 10], [4, 6], [0, 11], [60, 0]), ["a", "c"]],
    ["may be one of two", pool([0, 10], [10, 0]), ["a"]],
    ["are never the only box", pool([0, 10]), []],
    ["are none of none", pool(), []],
  ];
  it.each(cases)("%s", (_, counts, names) => {
    expect(findOutliers(counts).toSorted()).toEqual(names);
  });

  it("are never all, nor more than their share", () => {
    const counts = fc.tuple(fc.nat(100), fc.nat(100));
    fc.assert(
      fc.property(
        fc.array(counts, { maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, most) => {
          const settings = { minRequests: 1, margin: 0.01, maxEjectedShare: most };
          const ejected = findOutliers(pool(...list), settings).length;
          expect(ejected).toBeLessThanOrEqual(Math.max(0, list.length - 1));
          expect(ejected).toBeLessThanOrEqual(list.length * most);
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });

  it("come back by themselves, since their counts fade", () => {
    let sick = noTraffic;
    let well = noTraffic;
    for (let request = 0; request < 20; request += 1) sick = countOutcome(sick, "failure", 0);
    const isEjected = (now: number) => {
      well = countOutcome(well, "success", now);
      const read = (name: string, state: typeof sick) => ({ name, ...readTraffic(state, now) });
      return findOutliers([read("sick", sick), read("well", well)]).includes("sick");
    };
    expect([0, 15_000, 29_000, 31_000].map(isEjected)).toEqual([true, true, true, false]);
  });
});
