/** Completions, embeddings, models and errors with `openai` 3, whose errors are axios's. */
import type { OpenAIApi } from "openai-v3";
import { expect } from "vitest";
import { failing, messages, unhurried, type UsesOf } from "../subject.ts";
import { readFirstBytes, readLines } from "./events.ts";

const prompt = "Once upon a time";
// OpenAI ends a completion after 16 tokens where nothing is said.
const max_tokens = 100;

/** Axios throws one class for all: what tells them apart is the status and the body. */
const refusedWith = (status: number, error: object) => ({
  isAxiosError: true,
  response: { status, data: { error: { message: expect.any(String), ...error } } },
});

/** Each throws where the library's user would not get what OpenAI gives. */
export const restUses: UsesOf<OpenAIApi> = {
  async "a completion"(api, { chatModel }) {
    const { data } = await api.createCompletion({
      model: chatModel,
      prompt,
      max_tokens,
      n: 2,
      echo: false,
      best_of: null,
    });
    expect(data).toMatchObject({ object: "text_completion", model: chatModel });
    expect(data.choices.map(({ index }) => index)).toEqual([0, 1]);
    for (const choice of data.choices) {
      expect(choice).toMatchObject({ text: expect.stringContaining(prompt), finish_reason: "stop" });
      expect(choice).toHaveProperty("logprobs", null);
    }
  },
  async "a completion, streamed"(api, { chatModel }) {
    const whole = await api.createCompletion({ model: chatModel, prompt, max_tokens });
    const { data } = await api.createCompletion(
      { model: chatModel, prompt, max_tokens, stream: true },
      { responseType: "stream" },
    );
    const { chunks, end } = await readLines(data);
    expect(end).toBe("[DONE]");
    const choices = chunks.flatMap((chunk) => chunk.choices);
    expect(choices.map(({ text }) => text ?? "").join("")).toBe(whole.data.choices[0]?.text);
    expect(choices.at(-1)?.finish_reason).toBe("stop");
  },
  async "embeddings by default, as floats"(api, { embeddingModel, dimensions }) {
    const { data } = await api.createEmbedding({ model: embeddingModel, input: ["a", "b"] });
    expect(data).toMatchObject({ object: "list", model: embeddingModel });
    expect(data.data.map(({ index }) => index)).toEqual([0, 1]);
    for (const { embedding } of data.data) {
      expect(embedding).toHaveLength(dimensions);
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 4);
    }
    expect(data.usage.total_tokens).toBeGreaterThan(0);
  },
  async "embeddings of token ids"(api, { embeddingModel: model }) {
    const tokens = await api.createEmbedding({ model, input: [9906, 1917] });
    const text = await api.createEmbedding({ model, input: "Hello world" });
    expect(tokens.data.data[0]?.embedding).toEqual(text.data.data[0]?.embedding);
  },
  async "the list of models, and one of them"(api, { chatModel }) {
    const { data } = await api.listModels();
    expect(data.data.map(({ id }) => id)).toContain(chatModel);
    for (const model of data.data) {
      expect(model).toMatchObject({ object: "model", owned_by: expect.any(String) });
      expect(Number.isSafeInteger(model.created)).toBe(true);
    }
    expect((await api.retrieveModel(chatModel)).data.id).toBe(chatModel);
  },
  async "the engines, as models were called before"(api, { chatModel }) {
    const { data } = await api.listEngines();
    expect(data.data.map(({ id }) => id)).toContain(chatModel);
    expect((await api.retrieveEngine(chatModel)).data.id).toBe(chatModel);
  },
  async "a model that nobody has"(api) {
    const error = refusedWith(404, { type: "invalid_request_error", code: "model_not_found" });
    await expect(api.retrieveModel("nobody")).rejects.toMatchObject(error);
    await expect(api.createChatCompletion({ model: "nobody", messages })).rejects.toMatchObject(error);
    await expect(api.createEmbedding({ model: "nobody", input: "a" })).rejects.toMatchObject(error);
  },
  async "a bad request"(api, { chatModel }) {
    const asked = api.createChatCompletion({ model: chatModel, messages: [] });
    await expect(asked).rejects.toMatchObject(
      refusedWith(400, { type: "invalid_request_error", param: "messages" }),
    );
  },
  async "a backend that fails with a page"(api, { chatModel }) {
    const asked = api.createChatCompletion(
      { model: chatModel, messages },
      { headers: failing("status-503-html") },
    );
    await expect(asked).rejects.toMatchObject(
      refusedWith(503, { message: expect.not.stringContaining("<html"), type: "server_error", param: null }),
    );
  },
  async "a stream that is left in its middle, and the next request"(api, { chatModel }) {
    const { data } = await api.createChatCompletion(
      { model: chatModel, messages, stream: true },
      { responseType: "stream", headers: unhurried },
    );
    expect(await readFirstBytes(data)).toMatch(/^data: \{/);
    const next = await api.createChatCompletion({ model: chatModel, messages });
    expect(next.data.choices[0]?.message?.content).toContain("Paris");
  },
  async "a request that is called off before its answer"(api, { chatModel }) {
    const controller = new AbortController();
    const asked = api.createChatCompletion(
      { model: chatModel, messages },
      { headers: failing("hang"), signal: controller.signal },
    );
    controller.abort();
    await expect(asked).rejects.toMatchObject({ message: "canceled" });
    const next = await api.createChatCompletion({ model: chatModel, messages });
    expect(next.data.choices[0]?.message?.content).toContain("Paris");
  },
};
