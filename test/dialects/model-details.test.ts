/** What second answers add to a list: llama-server's /props, Ollama's /api/ps; and what vLLM's list tells by itself. */
import { describe, expect, it } from "vitest";
import {
  llamaServerModelList,
  ollamaModelList,
  openaiModelList,
  servedModelList,
} from "../../src/dialects/model-lists.ts";
import type { LocalModel } from "../../src/protocol/openai/models.ts";

const model = (id: string, isLoaded?: boolean): LocalModel => ({ id, kind: undefined, isLoaded });
const props = {
  default_generation_settings: { n_ctx: 4_096 },
  total_slots: 4,
  model_alias: "tiny",
  modalities: { vision: true, audio: false },
};
const told = { contextLength: 4_096, parallel: 4, seesImages: true };

describe("llama-server's properties", () => {
  const merge = (models: readonly LocalModel[], body: unknown) =>
    llamaServerModelList.details?.merge(models, body);

  it("are those of the one model, whatever its name", () => {
    expect(merge([model("models/tiny.gguf", true)], props)).toEqual([
      { ...model("models/tiny.gguf", true), ...told },
    ]);
  });

  it("are those of the model that they name, where a router lists several", () => {
    const models = [model("tiny", true), model("other", false)];
    expect(merge(models, props)).toEqual([{ ...model("tiny", true), ...told }, model("other", false)]);
  });

  it.each([
    [{}],
    [null],
    ["x"],
    [{ error: { code: 404 } }],
    [{ total_slots: 0, default_generation_settings: 1 }],
  ])("add nothing where they are %j", (body) => {
    expect(merge([model("tiny", true)], body)).toEqual([model("tiny", true)]);
  });
});

describe("the states of a router's models", () => {
  it.each([
    ["loaded", true, undefined],
    ["unloaded", false, undefined],
    ["loading", false, true],
    ["sleeping", false, undefined],
  ])("%s", (value, isLoaded, isLoading) => {
    const [listed] = servedModelList.parse({ data: [{ id: "a", status: { value } }] }) ?? [];
    expect([listed?.isLoaded, listed?.isLoading]).toEqual([isLoaded, isLoading]);
  });
});

describe("what Ollama runs", () => {
  const merge = (models: readonly LocalModel[], body: unknown) =>
    ollamaModelList.details?.merge(models, body);

  it("is loaded with its context, and nothing else is", () => {
    const running = { models: [{ name: "qwen3:8b", model: "qwen3:8b", context_length: 8_192 }] };
    expect(merge([model("qwen3:8b"), model("llama3:latest")], running)).toEqual([
      { ...model("qwen3:8b", true), contextLength: 8_192 },
      model("llama3:latest", false),
    ]);
  });

  it.each([
    ["llama3", "llama3:latest", true],
    ["llama3:latest", "llama3", true],
    ["llama3:8b", "llama3:latest", false],
  ])("%s while %s runs is loaded: %s", (listed, name, isLoaded) => {
    expect(merge([model(listed)], { models: [{ name }] })?.[0]?.isLoaded).toBe(isLoaded);
  });

  it("stays unknown where the answer is none", () => {
    expect(merge([model("a")], { error: "x" })).toEqual([model("a")]);
  });
});

describe("vLLM's list", () => {
  it("tells the context", () => {
    const data = [{ id: "a", max_model_len: 40_960 }, { id: "b" }];
    expect(openaiModelList.parse({ data })?.map(({ contextLength }) => contextLength)).toEqual([
      40_960,
      undefined,
    ]);
  });
});
