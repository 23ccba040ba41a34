/** Streamed runs of agents, the same over chat completions and over the Responses API. */
import { Agent } from "@openai/agents";
import { expect } from "vitest";
import { z } from "zod";
import { question, unhurried, type UsesOf } from "../subject.ts";
import { createTool, type Desk } from "./desk.ts";

const report = z.object({ city: z.string(), degrees: z.number() });

/** What a run's result has, whatever agent and output it is of. */
interface Streamed {
  toTextStream(): AsyncIterable<string>;
  readonly completed: Promise<void>;
  readonly error: unknown;
}

/** The text as it came, run to its end. */
async function readText(result: Streamed): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of result.toTextStream()) pieces.push(piece);
  await result.completed;
  expect(result.error).toBeNull();
  return pieces.join("");
}

/** Each throws where the library's user would not get what OpenAI gives. */
export const streamUses: UsesOf<Desk> = {
  async "a streamed run"({ runner, model }, { chatModel }) {
    const agent = new Agent({ name: "Clerk", model: model(chatModel) });
    const whole = await runner.run(agent, question);
    const result = await runner.run(agent, question, { stream: true });
    expect(await readText(result)).toBe(whole.finalOutput);
    expect(result.finalOutput).toBe(whole.finalOutput);
    expect(result.rawResponses[0]?.usage.totalTokens).toBeGreaterThan(0);
  },
  async "a streamed run with a tool and its result"({ runner, model }, { chatModel }) {
    const weather = createTool("get_weather", "The weather of a city", "21 degrees");
    const agent = new Agent({ name: "Clerk", model: model(chatModel), tools: [weather.tool] });
    const result = await runner.run(agent, question, { stream: true });
    const text = await readText(result);
    expect(weather.asked).toEqual([{ city: "Paris" }]);
    expect(text).toContain("21 degrees");
    expect(result.finalOutput).toBe(text);
    expect(result.rawResponses).toHaveLength(2);
    const call = result.output.find(({ type }) => type === "function_call");
    expect(call).toMatchObject({ name: "get_weather", callId: expect.stringMatching(/\S/) });
  },
  async "a streamed run with a forced tool"({ runner, model }, { chatModel }) {
    const weather = createTool("get_weather", "The weather of a city", "21 degrees");
    const news = createTool("read_news", "Headlines of a city", "Nothing new");
    const agent = new Agent({
      name: "Clerk",
      model: model(chatModel),
      tools: [weather.tool, news.tool],
      modelSettings: { toolChoice: "read_news" },
    });
    const result = await runner.run(agent, question, { stream: true });
    expect(await readText(result)).toContain("Nothing new");
    expect([weather.asked.length, news.asked.length]).toEqual([0, 1]);
  },
  async "structured output of a streamed run"({ runner, model }, { chatModel, reasoningModel }) {
    for (const name of [chatModel, reasoningModel]) {
      const agent = new Agent({ name: "Clerk", model: model(name), outputType: report });
      const result = await runner.run(agent, question, { stream: true });
      expect(report.safeParse(JSON.parse(await readText(result))).success).toBe(true);
      expect(report.safeParse(result.finalOutput).success).toBe(true);
    }
  },
  async "a streamed handoff to another agent"({ runner, model }, { chatModel }) {
    const desk = new Agent({ name: "Desk", model: model(chatModel) });
    const clerk = Agent.create({ name: "Clerk", model: model(chatModel), handoffs: [desk] });
    const result = await runner.run(clerk, "Please transfer to desk.", { stream: true });
    expect(await readText(result)).toMatch(/\S/);
    expect(result.lastAgent?.name).toBe("Desk");
  },
  async "a reasoning model's stream whose thoughts are no output"({ runner, model }, { reasoningModel }) {
    const agent = new Agent({ name: "Clerk", model: model(reasoningModel) });
    const result = await runner.run(agent, question, { stream: true });
    expect(await readText(result)).toMatch(/^This is a simulated answer/);
  },
  async "a streamed run that is left in its middle, and the next one"({ runner, model }, { chatModel }) {
    const controller = new AbortController();
    const agent = new Agent({ name: "Clerk", model: model(chatModel, unhurried) });
    const result = await runner.run(agent, question, { stream: true, signal: controller.signal });
    let pieces = 0;
    for await (const event of result) {
      if (event.type !== "raw_model_stream_event" || event.data.type !== "output_text_delta") continue;
      pieces++;
      if (pieces === 3) controller.abort();
    }
    expect(result.cancelled).toBe(true);
    expect(result.finalOutput).toBeUndefined();
    expect(pieces).toBeLessThan(100);
    const next = await runner.run(new Agent({ name: "Clerk", model: model(chatModel) }), question);
    expect(next.finalOutput).toContain("Paris");
  },
};
