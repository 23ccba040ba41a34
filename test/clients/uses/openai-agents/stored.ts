/** Runs that go on from a response which the server keeps: what the Responses API has over chat completions. */
import { Agent } from "@openai/agents";
import OpenAI from "openai";
import { expect } from "vitest";
import { question, type UsesOf } from "../subject.ts";
import { createTool, type Desk } from "./desk.ts";

const goOnFrom = (id: string | undefined) => (id === undefined ? {} : { previousResponseId: id });

/** Each throws where the library's user would not get what OpenAI gives. */
export const storedUses: UsesOf<Desk> = {
  async "a run that goes on from an earlier response by its id"({ runner, model }, { chatModel }) {
    const agent = new Agent({ name: "Clerk", model: model(chatModel) });
    const first = await runner.run(agent, question);
    expect(first.lastResponseId).toMatch(/^resp_/);
    const alone = await runner.run(agent, "And in Rome?");
    const second = await runner.run(agent, "And in Rome?", goOnFrom(first.lastResponseId));
    expect(second.finalOutput).toContain("Rome");
    expect(second.lastResponseId).not.toBe(first.lastResponseId);
    // Only the new words were sent; that the old ones were read too shows in what is counted.
    const [shorter, longer] = [alone, second].map(({ rawResponses }) => rawResponses[0]?.usage.inputTokens);
    expect(longer).toBeGreaterThan(shorter ?? Infinity);
  },
  async "the same, streamed and with a tool between"({ runner, model }, { chatModel }) {
    const weather = createTool("get_weather", "The weather of a city", "21 degrees");
    const agent = new Agent({ name: "Clerk", model: model(chatModel), tools: [weather.tool] });
    const first = await runner.run(agent, "Good morning");
    const second = await runner.run(agent, question, {
      stream: true,
      ...goOnFrom(first.lastResponseId),
    });
    await second.completed;
    expect(weather.asked).toEqual([{ city: "Paris" }]);
    expect(second.finalOutput).toContain("21 degrees");
    const ids = [first, second].flatMap(({ rawResponses }) =>
      rawResponses.map(({ responseId }) => responseId),
    );
    expect(new Set(ids).size).toBe(3);
  },
  async "call ids in OpenAI's form"({ runner, model }, { chatModel }) {
    const weather = createTool("get_weather", "The weather of a city", "21 degrees");
    const agent = new Agent({ name: "Clerk", model: model(chatModel), tools: [weather.tool] });
    const result = await runner.run(agent, question);
    const call = result.output.find(({ type }) => type === "function_call");
    expect(call).toMatchObject({ callId: expect.stringMatching(/^call_/) });
  },
  async "a response that nobody keeps"({ runner, model }, { chatModel }) {
    const agent = new Agent({ name: "Clerk", model: model(chatModel) });
    const asked = runner.run(agent, question, { previousResponseId: "resp_0123456789abcdef" });
    await expect(asked).rejects.toThrow(OpenAI.BadRequestError);
    await expect(asked).rejects.toMatchObject({
      code: "previous_response_not_found",
      param: "previous_response_id",
    });
  },
};
