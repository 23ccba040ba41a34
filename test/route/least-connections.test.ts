import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policies } from "../../src/route/policies.ts";
import type { PolicyCandidate } from "../../src/route/policy.ts";
import { countOutcome, noTraffic, readTraffic } from "../../src/route/traffic.ts";
import { createSeededRandom } from "../../src/simulator/seeded.ts";
import { anyBoxes, box, firsts, sharesOf } from "./boxes.ts";

describe("least connections", () => {
  it("never chooses a box with more weighted load than another", () => {
    fc.assert(
      fc.property(anyBoxes, fc.integer(), (boxes, seed) => {
        const load = (each: PolicyCandidate) => (each.inFlight + each.queued + each.failures) / each.weight;
        const { order } = policies.least_connections(boxes, new Map(), createSeededRandom(seed));
        const loads = order.map((name) => boxes.filter((each) => each.name === name).map(load)[0] ?? -1);
        expect(loads).toEqual(loads.toSorted((a, b) => a - b));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it("shares an idle pool by strength", () => {
    const shares = sharesOf(firsts(policies.least_connections, [box("a", { weight: 3 }), box("b")], 4_000));
    expect(shares["a"]).toBeGreaterThan(0.72);
    expect(shares["a"]).toBeLessThan(0.78);
  });

  /** Two boxes take 2 s each request and one fails within 10 ms; five requests come in a second. */
  function shareOfFailing(countsFailures: boolean): number {
    const random = createSeededRandom(9);
    const boxes = ["good-1", "good-2", "failing"].map((name) => ({
      name,
      ends: [] as number[],
      traffic: noTraffic,
    }));
    const chosen: string[] = [];
    for (let request = 0; request < 1_500; request += 1) {
      const now = request * 200;
      const candidates = boxes.map((each) => {
        for (const end of each.ends.filter((at) => at <= now))
          if (each.name === "failing") each.traffic = countOutcome(each.traffic, "failure", end);
        each.ends = each.ends.filter((end) => end > now);
        const { failures } = readTraffic(each.traffic, now);
        return box(each.name, { inFlight: each.ends.length, failures: countsFailures ? failures : 0 });
      });
      const [first = ""] = policies.least_connections(candidates, new Map(), random).order;
      boxes.find(({ name }) => name === first)?.ends.push(now + (first === "failing" ? 10 : 2_000));
      chosen.push(first);
    }
    return sharesOf(chosen)["failing"] ?? 0;
  }

  it("draws no traffic to a box that fails fast", () => {
    expect(shareOfFailing(false)).toBeGreaterThan(0.75);
    expect(shareOfFailing(true)).toBeLessThan(0.07);
  });
});
