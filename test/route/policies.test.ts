import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policies, type PolicyName } from "../../src/route/policies.ts";
import type { PolicyCandidate, PolicyMemory } from "../../src/route/policy.ts";
import { createSeededRandom } from "../../src/simulator/seeded.ts";
import { anyBoxes, box, firsts, sharesOf } from "./boxes.ts";

describe("every policy", () => {
  const names = Object.keys(policies) as PolicyName[];

  it.each(names)("%s orders each candidate once, and leaves its memory as it was", (name) => {
    fc.assert(
      fc.property(anyBoxes, fc.integer(), fc.boolean(), (boxes, seed, hasHint) => {
        const memory: PolicyMemory = new Map([["box-0", 3]]);
        const hint = hasHint ? { warm: "box-1", key: Math.abs(seed) } : undefined;
        const { order } = policies[name](boxes, memory, createSeededRandom(seed), hint);
        expect(order.toSorted()).toEqual(boxes.map((each) => each.name));
        expect([...memory]).toEqual([["box-0", 3]]);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it.each(names)("%s orders nothing where there is nobody", (name) => {
    expect(policies[name]([], new Map(), () => 0).order).toEqual([]);
  });
});

describe("round robin", () => {
  it("takes each once before any twice", () => {
    const chosen = firsts(
      policies.round_robin,
      ["a", "b", "c"].map((name) => box(name)),
      30,
    );
    for (let round = 0; round < 10; round += 1)
      expect(chosen.slice(round * 3, round * 3 + 3).toSorted()).toEqual(["a", "b", "c"]);
  });

  it("fails over to whose turn is next", () => {
    const boxes = ["a", "b", "c"].map((name) => box(name));
    const memory = new Map([
      ["a", 3],
      ["b", 1],
      ["c", 2],
    ]);
    expect(policies.round_robin(boxes, memory, () => 0.5).order).toEqual(["b", "c", "a"]);
  });

  it("goes on in turn when a box leaves and comes back", () => {
    let memory: PolicyMemory = new Map([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
    const next = (...names: readonly string[]) => {
      const ranking = policies.round_robin(
        names.map((name) => box(name)),
        memory,
        () => 0.5,
      );
      memory = ranking.memory;
      return ranking.order[0];
    };
    expect([next("a", "c"), next("a", "c"), next("a", "b", "c"), next("a", "b", "c")]).toEqual([
      "a",
      "c",
      "b",
      "a",
    ]);
  });
});

describe("weighted", () => {
  it("spreads the turns of a strong box, and leaves nothing to chance", () => {
    const boxes = [box("a", { weight: 5 }), box("b"), box("c")];
    expect(firsts(policies.weighted, boxes, 14).join("")).toBe("aabacaaaabacaa");
    expect(firsts(policies.weighted, boxes, 14, 77)).toEqual(firsts(policies.weighted, boxes, 14, 1));
  });

  it("follows any weights over their cycle", () => {
    const boxes = [box("a", { weight: 7 }), box("b", { weight: 2 }), box("c", { weight: 11 })];
    expect(sharesOf(firsts(policies.weighted, boxes, 200))).toEqual({ a: 0.35, b: 0.1, c: 0.55 });
  });
});

describe("health based", () => {
  const share = (one: Partial<PolicyCandidate>, other: Partial<PolicyCandidate>) =>
    sharesOf(firsts(policies.health_based, [box("one", one), box("other", other)], 5_000))["one"] ?? 0;

  const cases: readonly (readonly [string, Partial<PolicyCandidate>, Partial<PolicyCandidate>, number])[] = [
    ["shares evenly what is alike", {}, {}, 0.5],
    ["gives by strength", { weight: 3 }, {}, 0.75],
    ["gives a box of a third of the speed a quarter", { ttftMs: 300 }, { ttftMs: 100 }, 0.25],
    [
      "gives a box that fails half of the time a fifth",
      { successes: 48, failures: 50 },
      { successes: 98 },
      0.2,
    ],
    [
      "gives a box that always fails next to nothing, but something",
      { failures: 18 },
      { successes: 18 },
      0.01,
    ],
    ["bears one failure", { successes: 9, failures: 1 }, { successes: 10 }, 0.457],
    ["takes the unmeasured for as good as the best", {}, { ttftMs: 5_000 }, 0.5],
  ];
  it.each(cases)("%s", (_, one, other, expected) => {
    expect(Math.abs(share(one, other) - expected)).toBeLessThan(0.02);
    expect(share(one, other)).toBeGreaterThan(0);
  });
});

describe("least latency", () => {
  const cases: readonly (readonly [string, readonly PolicyCandidate[], readonly string[]])[] = [
    ["takes the fastest", [box("a", { ttftMs: 300 }), box("b", { ttftMs: 100 })], ["b", "a"]],
    [
      "takes a slower idle one before a fast one with a queue",
      [box("a", { ttftMs: 300 }), box("b", { ttftMs: 100, inFlight: 1, queued: 2 })],
      ["a", "b"],
    ],
    [
      "weighs a queue by the places that work it off",
      [box("a", { ttftMs: 300 }), box("b", { ttftMs: 100, places: 4, inFlight: 4, queued: 3 })],
      ["b", "a"],
    ],
    ["tries the unmeasured", [box("a", { ttftMs: 100 }), box("b")], ["b", "a"]],
    ["but not all at once", [box("a", { ttftMs: 100 }), box("b", { inFlight: 1 })], ["a", "b"]],
    [
      "takes failures for load",
      [box("a", { ttftMs: 10, failures: 20 }), box("b", { ttftMs: 100 })],
      ["b", "a"],
    ],
  ];
  it.each(cases)("%s", (_, boxes, order) => {
    expect(policies.least_latency(boxes, new Map(), () => 0.5).order).toEqual(order);
  });

  it("leaves ties to chance", () => {
    const shares = sharesOf(
      firsts(policies.least_latency, [box("a", { ttftMs: 5 }), box("b", { ttftMs: 5 })], 2_000),
    );
    expect(shares["a"]).toBeGreaterThan(0.45);
    expect(shares["a"]).toBeLessThan(0.55);
  });
});
