import { describe, expect, it } from "vitest";
import { findCandidates } from "../../src/route/candidates.ts";
import { policies } from "../../src/route/policies.ts";
import { rankCandidates } from "../../src/route/rank.ts";
import { has, model, snapshot } from "./snapshots.ts";

const needs = { model: "qwen3-8b", kind: "chat" } as const;

describe("ranked candidates", () => {
  const random = () => 0.5;
  const snapshots = [
    snapshot("a", has(model("qwen3-8b", { isLoaded: false }))),
    snapshot("b", { ...has(model("qwen3-8b", { isLoaded: true })), inFlight: 5 }),
    snapshot("c", { ...has(model("qwen3-8b", { isLoaded: true })), inFlight: 2 }),
    snapshot("d"),
  ];

  it("go tier by tier, each in the policy's order", () => {
    const { order } = rankCandidates(
      findCandidates(needs, snapshots).tiers,
      policies.least_connections,
      new Map(),
      random,
    );
    expect(order.map(({ name }) => name)).toEqual(["c", "b", "a", "d"]);
  });

  it("remember the first tier alone", () => {
    const { tiers } = findCandidates(needs, snapshots);
    const { memory } = rankCandidates(tiers, policies.round_robin, new Map(), random);
    expect([...memory.keys()].filter((name) => name === "a" || name === "d")).toEqual([]);
    expect(memory.size).toBe(1);
  });

  it("are none of none, and the memory stays", () => {
    const memory = new Map([["a", 3]]);
    expect(rankCandidates([], policies.weighted, memory, random)).toEqual({ order: [], memory });
  });
});
