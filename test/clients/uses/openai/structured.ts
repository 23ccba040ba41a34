/** Structured output with the newest `openai`, parsed by the SDK. */
import type OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { expect } from "vitest";
import { z } from "zod";
import { cityFormat, messages, type UsesOf } from "../subject.ts";

const report = z.object({
  city: z.string(),
  degrees: z.number(),
  sky: z.enum(["clear", "cloudy"]),
  wind: z.object({ knots: z.number() }).nullable(),
});

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
    const runner = client.chat.completions.stream({
      model: chatModel,
      messages,
      response_format: { type: "json_object" },
    });
    expect(JSON.parse((await runner.finalContent()) ?? "")).toBeTypeOf("object");
  },
  async "structured output by a zod schema, parsed"(client, { chatModel }) {
    const answer = await client.chat.completions.parse({
      model: chatModel,
      messages,
      response_format: zodResponseFormat(report, "report"),
    });
    expect(report.safeParse(answer.choices[0]?.message.parsed).success).toBe(true);
    expect(answer.choices[0]?.message.refusal).toBeNull();
  },
  async "structured output of a reasoning model, parsed"(client, { reasoningModel }) {
    const answer = await client.chat.completions.parse({
      model: reasoningModel,
      messages,
      response_format: zodResponseFormat(report, "report"),
    });
    expect(report.safeParse(answer.choices[0]?.message.parsed).success).toBe(true);
  },
  async "structured output by a plain schema"(client, { reasoningModel }) {
    const answer = await client.chat.completions.create({
      model: reasoningModel,
      messages,
      response_format: cityFormat,
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toEqual({ city: expect.any(String) });
  },
  async "structured output of a stream, parsed"(client, { chatModel, reasoningModel }) {
    for (const model of [chatModel, reasoningModel]) {
      const runner = client.chat.completions.stream({
        model,
        messages,
        response_format: zodResponseFormat(report, "report"),
      });
      const final = await runner.finalChatCompletion();
      expect(report.safeParse(final.choices[0]?.message.parsed).success).toBe(true);
    }
  },
};
