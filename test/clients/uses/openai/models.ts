/** Models and the older completions with the newest `openai`. */
import OpenAI from "openai";
import { expect } from "vitest";
import type { UsesOf } from "../subject.ts";

const prompt = "Once upon a time";
// OpenAI ends a completion after 16 tokens where nothing is said.
const max_tokens = 100;

/** Each throws where the SDK's user would not get what OpenAI gives. */
export const modelUses: UsesOf<OpenAI> = {
  async "the list of models"(client, { chatModel, embeddingModel }) {
    const models = await Array.fromAsync(client.models.list());
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining([chatModel, embeddingModel]));
    for (const { object, created, owned_by } of models) {
      expect(object).toBe("model");
      expect(Number.isSafeInteger(created)).toBe(true);
      expect(owned_by).toBeTypeOf("string");
    }
  },
  async "a model by its id"(client, { chatModel }) {
    const model = await client.models.retrieve(chatModel);
    expect(model).toMatchObject({ id: chatModel, object: "model", owned_by: expect.any(String) });
    expect(model.created).toBeTypeOf("number");
  },
  async "a model that nobody has"(client) {
    const asked = client.models.retrieve("nobody");
    await expect(asked).rejects.toThrow(OpenAI.NotFoundError);
    await expect(asked).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
      type: "invalid_request_error",
    });
  },
};

/** The same for the endpoint without roles. */
export const completionUses: UsesOf<OpenAI> = {
  async "a completion"(client, { chatModel }) {
    const answer = await client.completions.create({ model: chatModel, prompt, max_tokens });
    expect(answer).toMatchObject({ object: "text_completion", model: chatModel });
    expect(answer.id).toMatch(/^cmpl-/);
    expect(answer).not.toHaveProperty("stats");
    expect(answer.choices).toMatchObject([{ index: 0, logprobs: null, finish_reason: "stop" }]);
    expect(answer.choices[0]?.text).toContain(prompt);
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  },
  async "a completion, streamed with usage as asked"(client, { chatModel }) {
    const whole = await client.completions.create({ model: chatModel, prompt, max_tokens });
    const stream = await client.completions.create({
      model: chatModel,
      prompt,
      max_tokens,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    expect(choices.map(({ text }) => text).join("")).toBe(whole.choices[0]?.text);
    expect(choices.at(-1)?.finish_reason).toBe("stop");
    expect(new Set(chunks.map(({ object }) => object))).toEqual(new Set(["text_completion"]));
    expect(new Set(chunks.map(({ model }) => model))).toEqual(new Set([chatModel]));
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(chunks.at(-1)?.usage?.total_tokens).toBeGreaterThan(0);
  },
  async "several prompts in one completion"(client, { chatModel }) {
    const answer = await client.completions.create({
      model: chatModel,
      prompt: ["one tale", "two tales"],
      max_tokens,
    });
    expect(answer.choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(answer.choices[0]?.text).toContain("one tale");
    expect(answer.choices[1]?.text).toContain("two tales");
  },
  async "two completions at once, short ones"(client, { chatModel }) {
    const answer = await client.completions.create({ model: chatModel, prompt, n: 2, max_tokens: 2 });
    expect(answer.choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(answer.choices.map((choice) => choice.finish_reason)).toEqual(["length", "length"]);
  },
};
