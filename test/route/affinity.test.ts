import { describe, expect, it } from "vitest";
import { policies } from "../../src/route/policies.ts";
import type { PolicyMemory } from "../../src/route/policy.ts";
import { createPrefixTable } from "../../src/route/prefix-table.ts";
import { createSeededRandom } from "../../src/simulator/seeded.ts";
import { type Box, createConversations, type Placement, replay, toCandidate } from "./replay.ts";

const boxes: readonly Box[] = [
  { name: "strong", weight: 2, places: 4 },
  { name: "weak-1", weight: 1, places: 4 },
  { name: "weak-2", weight: 1, places: 4 },
];

function createPlacement(random: () => number, policy = policies.prefix_affinity): Placement {
  const table = createPrefixTable();
  let memory: PolicyMemory = new Map();
  return {
    choose(prefix, candidates) {
      const ranking = policy(candidates, memory, random, table.hint(prefix));
      memory = ranking.memory;
      return ranking.order[0] ?? "";
    },
    learn: (prefix, name) => table.remember(prefix, name),
  };
}

/** Each request goes to either replica, and they tell each other nothing. */
function createReplicas(random: () => number): Placement {
  const [left, right] = [createPlacement(random), createPlacement(random)];
  let current = left;
  return {
    choose(prefix, candidates) {
      current = random() < 0.5 ? left : right;
      return current.choose(prefix, candidates);
    },
    learn: (prefix, name) => current.learn(prefix, name),
  };
}

function run(seed: number, meanGapMs: number, places: number, create = createPlacement) {
  const random = createSeededRandom(seed);
  const conversations = createConversations(300, random, meanGapMs);
  return replay(
    conversations,
    boxes.map((box) => ({ ...box, places })),
    create(random),
    random,
  );
}

describe("prefix affinity over 300 conversations on three boxes, one of them twice as strong", () => {
  const loads: readonly (readonly [string, number, number])[] = [
    ["few at a time", 8_000, 4],
    ["many at a time", 2_000, 4],
    ["few at a time on boxes of one place", 24_000, 1],
    ["many at a time on boxes of one place", 6_000, 1],
  ];
  it.each(loads)("keeps them warm and the load even: %s", (_, gapMs, places) => {
    for (const seed of [1, 2, 3]) {
      const { warmShare, skew, turns } = run(seed, gapMs, places);
      expect(turns).toBeGreaterThan(3_000);
      expect(warmShare).toBeGreaterThan(0.95);
      expect(skew).toBeLessThan(1.25);
    }
  });

  it("keeps most warm through two replicas that share nothing, by the ring alone", () => {
    const { warmShare, skew } = run(1, 8_000, 4, createReplicas);
    expect(warmShare).toBeGreaterThan(0.9);
    expect(skew).toBeLessThan(1.25);
  });

  it("is what does it: by least connections most turns are cold", () => {
    const { warmShare } = run(1, 8_000, 4, (random) => createPlacement(random, policies.least_connections));
    expect(warmShare).toBeLessThan(0.6);
  });
});

describe("prefix affinity", () => {
  const random = () => 0.5;
  const rank = (inFlight: readonly number[], warm: string | undefined, memory: PolicyMemory = new Map()) =>
    policies.prefix_affinity(
      boxes.map((box, index) => toCandidate(box, inFlight[index] ?? 0)),
      memory,
      random,
      { warm, key: 7 },
    );

  it.each(boxes)("goes to the warm box first: $name", ({ name }) => {
    expect(rank([0, 0, 0], name).order[0]).toBe(name);
    expect(rank([0, 0, 0], name).order.toSorted()).toEqual(boxes.map((box) => box.name));
  });

  it("waits a while for the warm box, but not for ever", () => {
    expect(rank([0, 11, 0], "weak-1").order[0]).toBe("weak-1");
    expect(rank([0, 12, 0], "weak-1").order[0]).not.toBe("weak-1");
    expect(rank([0, 12, 0], "weak-1").order.at(-1)).toBe("weak-1");
  });

  it("leaves a warm box that fails again and again, and bears what failed long ago", () => {
    const orderAfter = (failures: number) =>
      policies.prefix_affinity(
        boxes.map((each) => ({ ...toCandidate(each, 0), failures: each.name === "weak-1" ? failures : 0 })),
        new Map(),
        random,
        { warm: "weak-1", key: 7 },
      ).order;
    expect([orderAfter(0.4)[0], orderAfter(11)[0]]).toEqual(["weak-1", "weak-1"]);
    expect(orderAfter(12).at(-1)).toBe("weak-1");
  });

  it("stays with the warm box where all are as loaded", () => {
    expect(rank([80, 40, 40], "weak-1").order[0]).toBe("weak-1");
  });

  it("places a new conversation by its key alone while nothing is in the way", () => {
    expect(rank([0, 0, 0], undefined).order).toEqual(rank([3, 3, 3], undefined).order);
  });

  it("passes over a full box for a new conversation", () => {
    const [first = "", second] = rank([0, 0, 0], undefined).order;
    const inFlight = boxes.map(({ name }) => (name === first ? 9 : 0));
    expect(rank(inFlight, undefined).order[0]).toBe(second);
  });

  it("passes over a box that had more than its share for a new conversation, not for its own", () => {
    const [first = ""] = rank([0, 0, 0], undefined).order;
    const memory = new Map([[first, 300]]);
    expect(rank([0, 0, 0], undefined, memory).order[0]).not.toBe(first);
    expect(rank([0, 0, 0], first, memory).order[0]).toBe(first);
  });

  it("forgets the shares of long ago", () => {
    let memory: PolicyMemory = new Map();
    for (let turn = 0; turn < 5_000; turn += 1) memory = rank([0, 0, 0], "strong", memory).memory;
    expect(memory.get("strong")).toBeLessThanOrEqual(400);
  });

  it("goes on without a warm box that is no candidate any more", () => {
    expect(rank([0, 0, 0], "removed").order).toEqual(rank([0, 0, 0], undefined).order);
  });

  it("takes the least loaded box for a request without a conversation", () => {
    const candidates = boxes.map((box, index) => toCandidate(box, [2, 0, 1][index] ?? 0));
    expect(policies.prefix_affinity(candidates, new Map(), random).order[0]).toBe("weak-1");
  });

  it("moves only the conversations of a box that is gone", () => {
    const all = boxes.map((box) => toCandidate(box, 0));
    const left = all.filter(({ name }) => name !== "weak-2");
    const first = (candidates: typeof all, key: number) =>
      policies.prefix_affinity(candidates, new Map(), random, { warm: undefined, key }).order[0];
    const keys = Array.from({ length: 500 }, (_, key) => key * 7_919);
    const moved = keys.filter((key) => first(all, key) !== first(left, key));
    expect(moved.length).toBeGreaterThan(50);
    expect(moved.every((key) => first(all, key) === "weak-2")).toBe(true);
  });
});
