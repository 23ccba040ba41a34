import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { LocalModel } from "../../src/protocol/openai/models.ts";
import { nearestNames, needsModelList, pickAutomatically, resolveAlias } from "../../src/translate/alias.ts";

const planOf = (config: ConfigInput) => createPlan(parseConfig(config));
const model = (id: string, kind?: LocalModel["kind"], isLoaded?: boolean): LocalModel => ({
  id,
  kind,
  isLoaded,
});
const listed = [
  model("qwen/qwen3-8b", "chat", false),
  model("llama-3.1-8b", "chat", true),
  model("nomic-embed", "embedding", false),
];

describe("the order of resolution", () => {
  const plan = planOf({
    model_mapping: { "gpt-4o": "exact", "gpt-4*": "short-pattern", "gpt-4o-*": "long-pattern" },
    default_model: "fallback",
  });

  it.each([
    ["gpt-4o", "exact", "alias"],
    ["gpt-4o-mini", "long-pattern", "pattern"],
    ["gpt-4-turbo", "short-pattern", "pattern"],
    ["anything", "fallback", "default"],
    ["llama-3.1-8b", "fallback", "default"],
  ])("%s goes to %s", (asked, target, via) => {
    expect(resolveAlias(asked, "chat", plan, listed)).toEqual({ model: target, via });
  });

  it("takes a name that a backend has, with or without publisher, quantisation and instance", () => {
    const mapped = planOf({ model_mapping: { "gpt-4o": "x" } });
    for (const asked of ["qwen/qwen3-8b", "qwen3-8b", "qwen3-8b@q4_k_m", "qwen3-8b:2", "QWEN3-8B"]) {
      expect(resolveAlias(asked, "chat", mapped, listed)).toEqual({ model: asked, via: "local" });
    }
    expect(resolveAlias("other/qwen3-8b", "chat", mapped, listed)).toBeUndefined();
  });

  it("passes a name on while no backend has told its models", () => {
    expect(resolveAlias("x", "chat", planOf({ unknown_model: "reject" }), undefined)).toEqual({
      model: "x",
      via: "asked",
    });
  });

  it("rejects, passes or picks what nothing knows, as unknown_model says", () => {
    expect(resolveAlias("x", "chat", planOf({ unknown_model: "reject" }), listed)).toBeUndefined();
    expect(resolveAlias("x", "chat", planOf({ unknown_model: "passthrough" }), listed)).toEqual({
      model: "x",
      via: "asked",
    });
    expect(resolveAlias("x", "chat", planOf({}), listed)).toEqual({ model: "llama-3.1-8b", via: "auto" });
    expect(resolveAlias("x", "embedding", planOf({}), listed)).toEqual({ model: "nomic-embed", via: "auto" });
    expect(resolveAlias("x", "embedding", planOf({}), listed.slice(0, 2))).toBeUndefined();
  });
});

describe("kinds", () => {
  it("differ where the target does", () => {
    const plan = planOf({
      model_mapping: { both: { chat: "c", embeddings: "e" }, one: { chat: "c" } },
      unknown_model: "reject",
    });
    expect(resolveAlias("both", "chat", plan, listed)?.model).toBe("c");
    expect(resolveAlias("both", "embedding", plan, listed)?.model).toBe("e");
    expect(resolveAlias("one", "embedding", plan, listed)).toBeUndefined();
  });

  it.each([
    ["a chat model as the default for embeddings", "embedding", "llama-3.1-8b", undefined],
    ["an embedding model as the default for chat", "chat", "nomic-embed", undefined],
    ["an embedding model as the default for embeddings", "embedding", "nomic-embed", "nomic-embed"],
    ["a name that speaks of embedding", "embedding", "unlisted-embed", "unlisted-embed"],
    ["a name that speaks of nothing", "embedding", "unlisted", undefined],
  ] as const)("never fall back on the other: %s", (_name, kind, target, expected) => {
    const plan = planOf({ default_model: target, unknown_model: "reject" });
    expect(resolveAlias("asked", kind, plan, listed)?.model).toBe(expected);
  });

  it("believe the pattern where the target's name tells nothing", () => {
    const plan = planOf({ model_mapping: { "text-embedding-*": "my-model" } });
    expect(resolveAlias("text-embedding-3-small", "embedding", plan, listed)?.model).toBe("my-model");
  });

  it("leave an exact name to the operator", () => {
    const plan = planOf({ model_mapping: { ada: "llama-3.1-8b" } });
    expect(resolveAlias("ada", "embedding", plan, listed)?.model).toBe("llama-3.1-8b");
  });
});

describe("pickAutomatically", () => {
  it("takes a loaded model, else the first one, and guesses the kind from the name", () => {
    expect(pickAutomatically("chat", [model("a", "chat", false), model("b", "chat")])?.id).toBe("a");
    expect(pickAutomatically("embedding", [model("a"), model("bge-m3")])?.id).toBe("bge-m3");
    expect(pickAutomatically("embedding", [model("a")])).toBeUndefined();
  });
});

describe("nearestNames", () => {
  const plan = planOf({ model_mapping: { "gpt-4o": "x", "gpt-3.5-turbo": "x", "only-chat": { chat: "x" } } });

  it("names what is like it, of its kind", () => {
    expect(nearestNames("gpt-4", "chat", plan, listed)).toContain("gpt-4o");
    expect(nearestNames("only-chat", "embedding", plan, listed)).not.toContain("only-chat");
  });

  it("names the first ones where nothing is like it", () => {
    expect(nearestNames("zzzzzzzzzzzz", "chat", plan, listed)).toHaveLength(3);
  });
});

describe("needsModelList", () => {
  it("is false for an exact name only", () => {
    const plan = planOf({ model_mapping: { a: "x", "b*": "x", c: { chat: "x" } } });
    expect(needsModelList("a", "chat", plan)).toBe(false);
    expect(needsModelList("b1", "chat", plan)).toBe(true);
    expect(needsModelList("c", "embedding", plan)).toBe(true);
  });
});
