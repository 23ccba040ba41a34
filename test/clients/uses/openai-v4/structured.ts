/** Structured output with `openai` 4, parsed by the SDK; its helper for zod knows only zod 3, so the schema is plain. */
import type { OpenAI } from "openai-v4";
import { expect } from "vitest";
import { cityFormat, messages, type UsesOf } from "../subject.ts";

const aCity = { city: expect.any(String) };

/** Each throws where the SDK's user would not get what OpenAI gives. */
export const structuredUses: UsesOf<OpenAI> = {
  async "JSON mode"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages,
      response_format: { type: "json_object" },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toBeTypeOf("object");
    expect(answer.choices[0]?.finish_reason).toBe("stop");
  },
  async "JSON mode, streamed"(client, { chatModel }) {
    const runner = client.beta.chat.completions.stream({
      model: chatModel,
      messages,
      response_format: { type: "json_object" },
    });
    expect(JSON.parse((await runner.finalContent()) ?? "")).toBeTypeOf("object");
  },
  async "structured output, parsed"(client, { chatModel, reasoningModel }) {
    for (const model of [chatModel, reasoningModel]) {
      const answer = await client.beta.chat.completions.parse({
        model,
        messages,
        response_format: cityFormat,
      });
      expect(answer.choices[0]?.message.parsed).toEqual(aCity);
      expect(answer.choices[0]?.message.refusal).toBeNull();
    }
  },
  // Streams are parsed by the zod helper alone.
  async "structured output of a stream"(client, { chatModel, reasoningModel }) {
    for (const model of [chatModel, reasoningModel]) {
      const runner = client.beta.chat.completions.stream({ model, messages, response_format: cityFormat });
      expect(JSON.parse((await runner.finalContent()) ?? "")).toEqual(aCity);
    }
  },
};
