import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lmStudioModelList } from "../../src/dialects/lmstudio-models.ts";
import { openaiModelList, servedModelList } from "../../src/dialects/model-lists.ts";
import { bareModelName, guessKind, isSameModel } from "../../src/protocol/openai/models.ts";
import { projectRoot } from "../support/launch.ts";

describe("model lists", () => {
  it("reads LM Studio's native list with type and state", () => {
    const data = [
      { id: "a", type: "llm", state: "loaded" },
      { id: "b", type: "vlm", state: "not-loaded" },
      { id: "c", type: "embeddings", state: "loaded" },
    ];
    expect(lmStudioModelList.parse({ object: "list", data })).toEqual([
      { id: "a", kind: "chat", isLoaded: true, seesImages: false },
      { id: "b", kind: "chat", isLoaded: false, seesImages: true },
      { id: "c", kind: "embedding", isLoaded: true },
    ]);
  });

  it("takes a recorded llama-server's model for loaded", () => {
    const recorded: unknown = JSON.parse(
      readFileSync(join(projectRoot, "test/fixtures/llama-server/models.json"), "utf8"),
    );
    expect(servedModelList.parse(recorded)).toEqual([{ id: "tiny", kind: undefined, isLoaded: true }]);
  });

  it("reads the states of a router", () => {
    const data = [
      { id: "a", status: { value: "loaded" } },
      { id: "b", status: { value: "unloaded" } },
    ];
    expect(servedModelList.parse({ data })?.map(({ isLoaded }) => isLoaded)).toEqual([true, false]);
  });

  it.each([
    { error: "Unexpected endpoint or method. (GET /api/v0/models)" },
    undefined,
    null,
    [],
    "x",
    { data: {} },
  ])("does not take %j for a list", (body) => {
    expect(openaiModelList.parse(body)).toBeUndefined();
  });

  it("passes over entries without an id", () => {
    expect(openaiModelList.parse({ data: [{ id: "" }, { object: "model" }, 3, { id: "a" }] })).toHaveLength(
      1,
    );
  });
});

describe("model names", () => {
  it.each([
    ["qwen/Qwen3-8B@q4_k_m", "qwen3-8b"],
    ["llama:2", "llama"],
    ["llama3:8b", "llama3:8b"],
    ["a/b/c", "c"],
  ])("the bare name of %s is %s", (id, bare) => {
    expect(bareModelName(id)).toBe(bare);
  });

  it.each([
    ["qwen/qwen3-8b:2", "qwen/qwen3-8b", true],
    ["qwen/qwen3-8b@q4_k_m", "qwen/qwen3-8b", true],
    ["other/qwen3-8b:2", "qwen/qwen3-8b", false],
    ["qwen3-8b", "qwen/qwen3-8b", true],
    ["qwen/qwen3-8b", "other/qwen3-8b", false],
    ["qwen3-8b@q8", "qwen/qwen3-8b@q4", true],
    ["qwen3", "qwen3-8b", false],
  ])("%s and %s are the same: %s", (asked, listed, isSame) => {
    expect(isSameModel(asked, listed)).toBe(isSame);
  });

  it.each([
    ["text-embedding-nomic-embed-text-v1.5", "embedding"],
    ["BAAI/bge-m3", "embedding"],
    ["intfloat/e5-large", "embedding"],
    ["qwen/qwen3-8b", "chat"],
    ["bigger-model", "chat"],
  ])("%s speaks of %s", (id, kind) => {
    expect(guessKind(id)).toBe(kind);
  });
});
