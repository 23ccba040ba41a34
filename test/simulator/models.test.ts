/** Model lists, loading on request and by hand, and what answers to an unknown name. */
import { describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../../src/simulator/simulator.ts";
import { chat, createManualClock, get, json, post, settle } from "./ask.ts";

const qwen = "simulated/qwen3-8b";
const llama = "simulated/llama-3.1-8b-instruct";
const vision = "simulated/qwen2.5-vl-7b";

async function loaded(simulator: Simulator): Promise<string[]> {
  const { data } = await json(get("/api/v0/models", { simulator }));
  return data
    .filter((model: { state: string }) => model.state === "loaded")
    .map((model: { id: string }) => model.id);
}

describe("the model lists", () => {
  it("has all models in OpenAI's list, without created", async () => {
    const body = await json(get("/v1/models"));
    expect(body.object).toBe("list");
    expect(body.data).toHaveLength(7);
    expect(body.data[0]).toEqual({ id: qwen, object: "model", owned_by: "simulator" });
    for (const { id } of body.data) expect(id).toContain("simulated");
  });

  it("tells type, state and context length in the native list", async () => {
    const { data } = await json(get("/api/v0/models"));
    expect(data.map((model: { type: string }) => model.type)).toEqual([
      "llm",
      "llm",
      "vlm",
      "llm",
      "embeddings",
      "llm",
      "llm",
    ]);
    expect(data[0]).toMatchObject({ state: "loaded", max_context_length: 32_768 });
    expect(data[1]).toMatchObject({ state: "not-loaded", max_context_length: 131_072 });
  });

  it("shows one native model, whose id holds a slash", async () => {
    expect(await json(get(`/api/v0/models/${qwen}`))).toMatchObject({ id: qwen, type: "llm" });
    expect((await get("/api/v0/models/nobody")).status).toBe(404);
  });

  it("tells loaded instances and capabilities in the newer list", async () => {
    const { models } = await json(get("/api/v1/models"));
    expect(models[0]).toMatchObject({
      type: "llm",
      key: qwen,
      loaded_instances: [{ id: qwen, config: { context_length: 32_768, parallel: 4 } }],
      capabilities: { vision: false, trained_for_tool_use: true },
    });
    expect(models[2]).toMatchObject({ loaded_instances: [], capabilities: { vision: true } });
    expect(models[3].capabilities.reasoning.allowed_options).toContain("on");
    expect(models[4].type).toBe("embedding");
  });
});

describe("a model that is not loaded", () => {
  it("is loaded by the first request, which hears nothing meanwhile", async () => {
    const clock = createManualClock();
    const simulator = createSimulator({ loadDelayMs: 5_000, ...clock });
    let isAnswered = false;
    const answer = chat("Hi", { model: llama, stream: true }, { simulator });
    void answer.then(() => (isAnswered = true));
    await clock.advance(4_999);
    expect(isAnswered).toBe(false);
    expect(await loaded(simulator)).not.toContain(llama);
    await clock.advance(1);
    expect(isAnswered).toBe(true);
    expect(await loaded(simulator)).toContain(llama);
  });

  it("goes on loading for others when the first client leaves", async () => {
    const clock = createManualClock();
    const simulator = createSimulator({ loadDelayMs: 5_000, ...clock });
    const client = new AbortController();
    const first = chat("Hi", { model: llama }, { simulator, signal: client.signal });
    const second = chat("Hi", { model: llama }, { simulator });
    await settle();
    client.abort();
    await expect(first).rejects.toThrow(/abort/i);
    await clock.advance(5_000);
    expect((await second).status).toBe(200);
  });

  it("takes the place of another that a request loaded, never of one loaded by hand", async () => {
    const simulator = createSimulator();
    await chat("Hi", { model: llama }, { simulator });
    await chat("Hi", { model: vision }, { simulator });
    expect(await loaded(simulator)).toEqual([qwen, vision, "text-embedding-simulated-nomic"]);
  });
});

describe("loading by hand", () => {
  it("keeps a model in memory, with the context length asked for", async () => {
    const simulator = createSimulator();
    const body = { model: llama, context_length: 4_096, echo_load_config: true };
    const answer = await json(post("/api/v1/models/load", body, { simulator }));
    expect(answer).toEqual({
      type: "llm",
      instance_id: llama,
      load_time_seconds: expect.any(Number),
      status: "loaded",
      load_config: { context_length: 4_096, parallel: 4 },
    });
    await chat("Hi", { model: vision }, { simulator });
    expect(await loaded(simulator)).toContain(llama);
  });

  it("ends with unloading; unknown names are refused", async () => {
    const simulator = createSimulator();
    expect(await json(post("/api/v1/models/unload", { instance_id: qwen }, { simulator }))).toEqual({
      instance_id: qwen,
    });
    expect(await loaded(simulator)).not.toContain(qwen);
    expect((await post("/api/v1/models/unload", { instance_id: qwen }, { simulator })).status).toBe(404);
    expect((await post("/api/v1/models/load", { model: "nobody" }, { simulator })).status).toBe(404);
  });
});

describe("an unknown name", () => {
  it("is served by the one chat model that is loaded, under its real name", async () => {
    expect(await json(chat("Hi", { model: "gpt-4o" }))).toMatchObject({ model: qwen });
  });

  it("is an error in the object form when two are loaded", async () => {
    const simulator = createSimulator();
    await chat("Hi", { model: llama }, { simulator });
    const answer = await chat("Hi", { model: "gpt-4o" }, { simulator });
    expect(answer.status).toBe(404);
    const { error } = await json(answer);
    expect(error).toMatchObject({ code: "model_not_found", param: "model", type: "invalid_request_error" });
    expect(error.message).toContain(llama);
  });

  it("is an error when none is loaded", async () => {
    const simulator = createSimulator({ models: [{ id: "simulated/cold", type: "llm" }] });
    const answer = await chat("Hi", { model: "gpt-4o" }, { simulator });
    expect((await json(answer)).error.message).toMatch(/^No models loaded/);
  });
});

describe("a model with eyes", () => {
  it("tells how many images it was shown; others pass over them", async () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
    const messages = [{ role: "user", content: [{ type: "text", text: "What is this?" }, image] }];
    const seeing = await json(chat("", { model: vision, messages }));
    expect(seeing.choices[0].message.content).toContain("Images seen: 1.");
    const blind = await json(chat("", { model: qwen, messages }));
    expect(blind.choices[0].message.content).not.toContain("Images");
  });
});
