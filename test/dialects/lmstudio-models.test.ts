import { describe, expect, it } from "vitest";
import { lmStudioInstanceList } from "../../src/dialects/lmstudio-models.ts";
import { createSimulator } from "../../src/simulator/simulator.ts";

const read = (...models: readonly object[]) => lmStudioInstanceList.parse({ models });
const instance = (id: string, parallel?: number, context_length = 4_096) => ({
  id,
  config: { context_length, ...(parallel === undefined ? {} : { parallel }) },
});
const model = (...loaded_instances: readonly object[]) => ({
  key: "qwen/qwen3-8b",
  type: "llm",
  loaded_instances,
});

describe("LM Studio's list of instances", () => {
  it("tells kind, context, places and abilities of what is loaded", () => {
    const capabilities = { vision: true, trained_for_tool_use: false };
    expect(read({ ...model(instance("qwen/qwen3-8b", 4)), capabilities })).toEqual([
      {
        id: "qwen/qwen3-8b",
        kind: "chat",
        isLoaded: true,
        contextLength: 4_096,
        parallel: 4,
        seesImages: true,
        usesTools: false,
      },
    ]);
  });

  it("tells neither context nor places of what is only downloaded", () => {
    expect(
      read({ key: "nomic", type: "embedding", loaded_instances: [], max_context_length: 2_048 }),
    ).toEqual([{ id: "nomic", kind: "embedding", isLoaded: false }]);
  });

  it.each([
    ["adds the places of a second instance up", [instance("qwen/qwen3-8b", 4), instance("qwen3-8b:2", 2)], 6],
    [
      "counts an instance that does not tell as one",
      [instance("qwen/qwen3-8b", 4), instance("qwen3-8b:2")],
      5,
    ],
    ["knows no places where none tells", [instance("qwen/qwen3-8b")], undefined],
    ["does not believe in no places at all", [instance("qwen/qwen3-8b", 0)], undefined],
  ])("%s", (_title, instances, parallel) => {
    const listed = read(model(...instances));
    expect(listed?.map((entry) => [entry.id, entry.parallel])).toEqual([["qwen/qwen3-8b", parallel]]);
  });

  it("relies on the shortest context of several instances", () => {
    const listed = read(model(instance("qwen/qwen3-8b", 4, 32_768), instance("qwen/qwen3-8b:2", 4, 8_192)));
    expect(listed?.[0]?.contextLength).toBe(8_192);
  });

  it("lists an instance with a name of its own beside its model", () => {
    const listed = read(model(instance("reviewer", 2)));
    expect(listed?.map(({ id, isLoaded, parallel }) => [id, isLoaded, parallel])).toEqual([
      ["qwen/qwen3-8b", false, undefined],
      ["reviewer", true, 2],
    ]);
  });

  it.each([
    { error: "Unexpected endpoint or method. (GET /api/v1/models)" },
    { data: [{ id: "a", state: "loaded" }] },
    { models: {} },
    null,
  ])("is not %j", (body) => {
    expect(lmStudioInstanceList.parse(body)).toBeUndefined();
  });

  it("passes over what has no key, and over instances without an id", () => {
    const odd = { key: "a", loaded_instances: [{ config: {} }, 3, null] };
    expect(read({ type: "llm" }, { key: "" }, odd)).toEqual([{ id: "a", kind: "chat", isLoaded: false }]);
  });

  it("is what the simulator tells", async () => {
    const answer = await createSimulator().fetch(new Request("http://box/api/v1/models"));
    const listed = lmStudioInstanceList.parse(await answer.json());
    expect(listed?.filter(({ isLoaded }) => isLoaded === true)).toEqual([
      {
        id: "simulated/qwen3-8b",
        kind: "chat",
        isLoaded: true,
        contextLength: 32_768,
        parallel: 4,
        seesImages: false,
        usesTools: true,
      },
      {
        id: "text-embedding-simulated-nomic",
        kind: "embedding",
        isLoaded: true,
        contextLength: 2_048,
        parallel: 4,
      },
    ]);
  });
});
