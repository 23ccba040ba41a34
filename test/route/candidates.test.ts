import { describe, expect, it } from "vitest";
import type { LocalModel } from "../../src/protocol/openai/models.ts";
import {
  findCandidates,
  formatRefusal,
  hasRoom,
  type RefusalReason,
  type RouteLimits,
  type RouteNeeds,
} from "../../src/route/candidates.ts";
import type { BackendSnapshot } from "../../src/route/pool.ts";
import { has, model, snapshot } from "./snapshots.ts";

const needs: RouteNeeds = { model: "qwen3-8b", kind: "chat" };

function tiersOf(snapshots: readonly BackendSnapshot[], asked = needs, limits: RouteLimits = {}) {
  return findCandidates(asked, snapshots, limits).tiers.map((tier) => tier.map(({ name }) => name));
}

describe("the tiers of candidates", () => {
  it("are: loaded, listed, told no list yet", () => {
    const snapshots = [
      snapshot("a"),
      snapshot("b", has(model("qwen3-8b", { isLoaded: false }))),
      snapshot("c", has(model("qwen3-8b", { isLoaded: true }))),
      snapshot("d", has(model("qwen3-8b"))),
    ];
    expect(tiersOf(snapshots)).toEqual([["c"], ["b", "d"], ["a"]]);
  });

  it("are one, where no model is asked for", () => {
    const snapshots = [snapshot("a"), snapshot("b", has(model("other")))];
    expect(tiersOf(snapshots, { model: undefined, kind: "chat" })).toEqual([["a", "b"]]);
  });

  const names: readonly (readonly [string, readonly LocalModel[], string | undefined])[] = [
    ["by the bare name", [model("qwen/qwen3-8b@q4_k_m")], "qwen/qwen3-8b@q4_k_m"],
    [
      "exactly before by the bare name",
      [model("qwen3-8b:2", { isLoaded: true }), model("qwen3-8b")],
      "qwen3-8b",
    ],
    [
      "loaded before first, among those of the bare name",
      [model("qwen3-8b@q4"), model("qwen3-8b@q8", { isLoaded: true })],
      "qwen3-8b@q8",
    ],
    [
      "able before loaded",
      [model("qwen3-8b@q4", { isLoaded: true, kind: "embedding" }), model("qwen3-8b@q8")],
      "qwen3-8b@q8",
    ],
    ["not another", [model("qwen3-4b")], undefined],
  ];
  it.each(names)("find the model %s", (_, models, id) => {
    expect(findCandidates(needs, [snapshot("a", { models })]).tiers[0]?.[0]?.modelId).toBe(id);
  });
});

describe("a refusal", () => {
  const cases: readonly (readonly [
    RefusalReason,
    Partial<BackendSnapshot>,
    Partial<RouteNeeds>,
    RouteLimits,
  ])[] = [
    ["no-model", has(model("other")), {}, {}],
    ["no-model", has(), {}, {}],
    ["wrong-kind", has(model("qwen3-8b", { kind: "embedding" })), {}, {}],
    ["wrong-kind", has(model("qwen3-8b", { kind: "chat" })), { kind: "embedding" }, {}],
    ["no-vision", has(model("qwen3-8b", { seesImages: false })), { vision: true }, {}],
    ["no-tools", has(model("qwen3-8b", { usesTools: false })), { tools: true }, {}],
    ["not-allowed", {}, {}, { allowed: new Set(["b"]) }],
    ["tried", {}, {}, { tried: new Set(["a"]) }],
    ["drained", { isDrained: true }, {}, {}],
    ["breaker-open", { breakerAdmits: false }, {}, {}],
    ["down", { status: "down" }, {}, {}],
    ["outlier", { isOutlier: true }, {}, {}],
    ["drained", { isDrained: true, status: "down", breakerAdmits: false }, {}, {}],
    ["no-model", { ...has(model("other")), status: "down" }, {}, {}],
  ];
  it.each(cases)("is for the reason: %s", (reason, known, asked, limits) => {
    const found = findCandidates({ ...needs, ...asked }, [snapshot("a", known)], limits);
    expect(found.refusals).toEqual([{ name: "a", reason }]);
    expect(found.tiers).toEqual([]);
    expect(formatRefusal({ name: "a", reason })).toMatch(/^a \w+ .{4,}/);
  });

  const fit: readonly (readonly [string, Partial<BackendSnapshot>, Partial<RouteNeeds>])[] = [
    ["an unknown kind", has(model("qwen3-8b")), { kind: "embedding" }],
    ["unknown sight", has(model("qwen3-8b")), { vision: true }],
    ["unknown tools", has(model("qwen3-8b")), { tools: true }],
    ["sight that nobody asked for", has(model("qwen3-8b", { seesImages: false })), { vision: false }],
    ["an unknown status", { status: "unknown" }, {}],
    ["a breaker that admits", { breakerAdmits: true }, {}],
    ["all places taken", { inFlight: 9, places: 4 }, {}],
  ];
  it.each(fit)("is not made for %s", (_, known, asked) => {
    const found = findCandidates({ ...needs, ...asked }, [snapshot("a", known)]);
    expect([found.tiers.length, found.refusals.length]).toEqual([1, 0]);
  });

  it("leaves the others what they are", () => {
    expect(
      tiersOf([snapshot("a", { status: "down" }), snapshot("b"), snapshot("c", { isDrained: true })]),
    ).toEqual([["b"]]);
  });
});

describe("a last resort", () => {
  it("is who would be fit but for being down or an outlier", () => {
    const { lastResorts } = findCandidates(needs, [
      snapshot("a", { status: "down" }),
      snapshot("b", { isOutlier: true }),
      snapshot("c", { status: "down", breakerAdmits: false }),
      snapshot("d", { status: "down", ...has(model("other")) }),
    ]);
    expect(lastResorts.map(({ name }) => name)).toEqual(["a", "b"]);
  });
});

describe("a candidate", () => {
  it("has room while it has a free place; one place where nobody told", () => {
    const room = (known: Partial<BackendSnapshot>) =>
      findCandidates(needs, [snapshot("a", known)])
        .tiers.flat()
        .map(hasRoom)[0];
    expect(
      [{}, { inFlight: 1 }, { inFlight: 3, places: 4 }, { inFlight: 3, places: 4, queued: 1 }].map(room),
    ).toEqual([true, false, true, false]);
  });

  it("carries what policies weigh", () => {
    const traffic = { successes: 3, failures: 1, ttftMs: 200 };
    const [[candidate] = []] = findCandidates(needs, [
      snapshot("a", { weight: 2, traffic, queued: 5 }),
    ]).tiers;
    expect(candidate).toMatchObject({ weight: 2, queued: 5, places: 1, ...traffic });
  });
});
