/** Runs of agents, the same over chat completions and over the Responses API. */
import { Agent } from "@openai/agents";
import OpenAI from "openai";
import { expect } from "vitest";
import { z } from "zod";
import { question, type UsesOf } from "../subject.ts";
import { createTool, type Desk } from "./desk.ts";

const weatherTool = () => createTool("get_weather", "The weather of a city", "21 degrees");
const newsTool = () => createTool("read_news", "Headlines of a city", "Nothing new");
const report = z.object({ city: z.string(), degrees: z.number() });
const instructions = "You know the weather.";

/** Each throws where the library's user would not get what OpenAI gives. */
export const runUses: UsesOf<Desk> = {
  async "a run with one answer"({ runner, model }, { chatModel }) {
    const agent = new Agent({ name: "Clerk", instructions, model: model(chatModel) });
    const result = await runner.run(agent, question);
    expect(result.finalOutput).toContain("Paris");
    expect(result.rawResponses).toHaveLength(1);
    const [response] = result.rawResponses;
    expect(response?.usage.inputTokens).toBeGreaterThan(0);
    expect(response?.usage.totalTokens).toBe(
      (response?.usage.inputTokens ?? 0) + (response?.usage.outputTokens ?? 0),
    );
  },
  async "a run that goes on from an earlier one's history"({ runner, model }, { chatModel }) {
    const agent = new Agent({ name: "Clerk", instructions, model: model(chatModel) });
    const first = await runner.run(agent, question);
    const second = await runner.run(agent, [...first.history, { role: "user", content: "And in Rome?" }]);
    expect(second.finalOutput).toContain("Rome");
    const [before, after] = [first, second].map(
      ({ rawResponses }) => rawResponses[0]?.usage.inputTokens ?? 0,
    );
    expect(after).toBeGreaterThan(before ?? Infinity);
  },
  async "a tool that is called, and its result"({ runner, model }, { chatModel }) {
    const weather = weatherTool();
    const agent = new Agent({ name: "Clerk", model: model(chatModel), tools: [weather.tool] });
    const result = await runner.run(agent, question);
    expect(weather.asked).toEqual([{ city: "Paris" }]);
    expect(result.finalOutput).toContain("21 degrees");
    expect(result.rawResponses).toHaveLength(2);
    const call = result.output.find(({ type }) => type === "function_call");
    expect(call).toMatchObject({ name: "get_weather", callId: expect.stringMatching(/\S/) });
  },
  async "a tool that is forced by its name"({ runner, model }, { chatModel }) {
    const [weather, news] = [weatherTool(), newsTool()];
    const agent = new Agent({
      name: "Clerk",
      model: model(chatModel),
      tools: [weather.tool, news.tool],
      modelSettings: { toolChoice: "read_news" },
    });
    const result = await runner.run(agent, question);
    expect([weather.asked.length, news.asked.length]).toEqual([0, 1]);
    expect(result.finalOutput).toContain("Nothing new");
  },
  async "a tool that is required"({ runner, model }, { chatModel }) {
    const news = newsTool();
    const agent = new Agent({
      name: "Clerk",
      model: model(chatModel),
      tools: [news.tool],
      modelSettings: { toolChoice: "required", parallelToolCalls: false, maxTokens: 100 },
    });
    expect((await runner.run(agent, "Good morning")).finalOutput).toContain("Nothing new");
    expect(news.asked).toHaveLength(1);
  },
  async "structured output by a zod schema"({ runner, model }, { chatModel, reasoningModel }) {
    for (const name of [chatModel, reasoningModel]) {
      const agent = new Agent({ name: "Clerk", model: model(name), outputType: report });
      const { finalOutput } = await runner.run(agent, question);
      expect(report.safeParse(finalOutput).success).toBe(true);
    }
  },
  async "a handoff to another agent"({ runner, model }, { chatModel }) {
    const weather = weatherTool();
    const desk = new Agent({ name: "Desk", model: model(chatModel), tools: [weather.tool] });
    const clerk = Agent.create({ name: "Clerk", model: model(chatModel), handoffs: [desk] });
    const result = await runner.run(clerk, "Please transfer to desk.");
    expect(result.lastAgent?.name).toBe("Desk");
    expect(result.finalOutput).toMatch(/\S/);
    expect(result.newItems.map(({ type }) => type)).toEqual([
      "handoff_call_item",
      "handoff_output_item",
      "message_output_item",
    ]);
  },
  async "a reasoning model whose thoughts are no output"({ runner, model }, { reasoningModel }) {
    const agent = new Agent({ name: "Clerk", model: model(reasoningModel) });
    const { finalOutput } = await runner.run(agent, question);
    expect(finalOutput).toMatch(/^This is a simulated answer/);
  },
  async "a model that nobody has"({ runner, model }) {
    const agent = new Agent({ name: "Clerk", model: model("nobody") });
    for (const stream of [false, true] as const) {
      const asked = stream
        ? runner.run(agent, question, { stream }).then(({ completed }) => completed)
        : runner.run(agent, question);
      await expect(asked).rejects.toThrow(OpenAI.NotFoundError);
      await expect(asked).rejects.toMatchObject({ code: "model_not_found" });
    }
  },
};
