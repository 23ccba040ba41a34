/** Tools by the AI SDK, its loop over them included, with any provider package. */
import { generateText, isStepCount, streamText, tool } from "ai";
import { expect } from "vitest";
import { z } from "zod";
import { type ModelUse, once, prompt } from "./ai-sdk-models.ts";

/** What fails is told by the promises too; by default the SDK also writes it to the console. */
const onError = () => {};
const { tools } = createTools();

/** Two tools, and the cities that the first was asked for. */
function createTools() {
  const asked: string[] = [];
  const weather = tool({
    description: "The weather of a city",
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      asked.push(city);
      return { degrees: 21, sky: "clear" };
    },
  });
  const time = tool({
    description: "The hour",
    inputSchema: z.object({ zone: z.string() }),
    execute: async () => "noon",
  });
  return { asked, tools: { get_weather: weather, get_time: time } };
}

/** Tool calls as the SDK gives them. */
export const toolUses: Readonly<Record<string, ModelUse>> = {
  async "a loop over a tool to the answer"({ chat }) {
    const { asked, tools } = createTools();
    const result = await generateText({ model: chat, prompt, tools, stopWhen: isStepCount(4), ...once });
    expect(asked).toEqual([expect.any(String)]);
    expect(result.steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "stop"]);
    expect(result.steps[0]?.toolCalls[0]).toMatchObject({
      toolCallId: expect.stringMatching(/^call_/),
      toolName: "get_weather",
      input: { city: asked[0] },
    });
    expect(result.text).toContain('"degrees":21');
  },
  async "a streamed loop over a tool to the answer"({ chat }) {
    const { asked, tools } = createTools();
    const streamed = streamText({ model: chat, prompt, tools, stopWhen: isStepCount(4), ...once });
    const parts = await Array.fromAsync(streamed.stream);
    const types = new Set(parts.map(({ type }) => type));
    expect([...types]).toEqual(expect.arrayContaining(["tool-input-delta", "tool-call", "tool-result"]));
    expect(types).not.toContain("error");
    expect(asked).toHaveLength(1);
    const [first] = await streamed.steps;
    expect(first?.toolCalls[0]?.toolCallId).toMatch(/^call_/);
    expect(first?.finishReason).toBe("tool-calls");
    expect(await streamed.text).toContain('"degrees":21');
  },
  async "a forced tool by its name"({ chat }) {
    const toolChoice = { type: "tool", toolName: "get_time" } as const;
    const result = await generateText({ model: chat, prompt, tools, toolChoice, ...once });
    expect(result.toolCalls).toHaveLength(1);
    expect(result.toolCalls[0]).toMatchObject({ toolName: "get_time", input: { zone: expect.any(String) } });
    expect(result.finishReason).toBe("tool-calls");
  },
  async "a forced tool by its name, streamed"({ chat }) {
    const toolChoice = { type: "tool", toolName: "get_time" } as const;
    const calls = await streamText({ model: chat, prompt, tools, toolChoice, onError, ...once }).toolCalls;
    expect(calls.map(({ toolName }) => toolName)).toEqual(["get_time"]);
  },
  async "a required tool"({ chat }) {
    const greeting = "Good morning!";
    const result = await generateText({
      model: chat,
      prompt: greeting,
      tools: { get_time: tools.get_time },
      toolChoice: "required",
      ...once,
    });
    expect(result.toolCalls.map(({ toolName }) => toolName)).toEqual(["get_time"]);
  },
  async "no tool where none is wanted"({ chat }) {
    const result = await generateText({ model: chat, prompt, tools, toolChoice: "none", ...once });
    expect(result.toolCalls).toEqual([]);
    expect(result.text).toContain("simulated answer");
  },
};
