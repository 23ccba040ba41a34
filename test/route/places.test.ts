import { describe, expect, it } from "vitest";
import type { LocalModel } from "../../src/protocol/openai/models.ts";
import { placesOf, placesOfModel } from "../../src/route/places.ts";

const model = (id: string, parallel?: number, isLoaded?: boolean): LocalModel => ({
  id,
  kind: "chat",
  isLoaded,
  ...(parallel === undefined ? {} : { parallel }),
});

describe("the places of a backend", () => {
  it.each([
    ["are what its loaded model takes", "lmstudio", [model("a", 4, true), model("b", undefined, false)], 4],
    ["add up over its loaded models", "lmstudio", [model("a", 4, true), model("b", 2, true)], 6],
    ["leave out what is no longer loaded", "lmstudio", [model("a", 4, false), model("b", 2, true)], 2],
    ["are one where LM Studio does not tell", "lmstudio", [model("a", undefined, true)], 1],
    ["are one where nothing is loaded", "lmstudio", [model("a", undefined, false)], 1],
    ["are one where nobody has asked yet", "lmstudio", undefined, 1],
    ["are llama-server's slots", "llama-server", [model("a", 8, true)], 8],
    ["are one where llama-server hides them", "llama-server", [model("a", undefined, true)], 1],
    ["are one for Ollama", "ollama", [model("a", undefined, true)], 1],
    ["are many for vLLM", "vllm", [model("a", undefined, true)], 64],
    ["have no end for a service", "openai", undefined, Infinity],
  ] as const)("%s", (_title, type, models, places) => {
    expect(placesOf({ type, models })).toBe(places);
  });

  it.each([
    ["fewer", "vllm", undefined, 2],
    ["more", "lmstudio", [model("a", 4, true)], 16],
  ] as const)("are the operator's to set, %s", (_title, type, models, maxConcurrency) => {
    expect(placesOf({ type, models, maxConcurrency })).toBe(maxConcurrency);
    expect(placesOfModel({ type, models, maxConcurrency }, "a")).toBe(maxConcurrency);
  });
});

describe("the places of a model", () => {
  const models = [model("qwen/a", 4, true), model("b", 2, true), model("c", undefined, false)];

  it.each([
    ["are its own", "qwen/a", 4],
    ["are found by the bare name", "a", 4],
    ["are not those of another", "b", 2],
    ["are one until it is loaded", "c", 1],
    ["are one where it is not listed", "nobody", 1],
  ])("%s", (_title, name, places) => {
    expect(placesOfModel({ type: "lmstudio", models }, name)).toBe(places);
  });
});
