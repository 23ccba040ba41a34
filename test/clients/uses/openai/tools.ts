/** Tools with the newest `openai`: called, forced, streamed, run by the SDK itself, and in their old form. */
import type OpenAI from "openai";
import { zodFunction } from "openai/helpers/zod";
import { expect } from "vitest";
import { z } from "zod";
import { greeting, messages, news, type UsesOf, weather } from "../subject.ts";

function firstCall(answer: OpenAI.ChatCompletion): OpenAI.ChatCompletionMessageFunctionToolCall | undefined {
  const [call] = answer.choices[0]?.message.tool_calls ?? [];
  return call?.type === "function" ? call : undefined;
}

const legacy = { messages, functions: [weather.function] };

/** Each throws where the SDK's user would not get what OpenAI gives. */
export const toolUses: UsesOf<OpenAI> = {
  async "a tool that the model calls by itself"(client, { chatModel }) {
    const answer = await client.chat.completions.create({ model: chatModel, messages, tools: [weather] });
    expect(answer.choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { role: "assistant" } });
    expect(answer.choices[0]?.message.tool_calls).toHaveLength(1);
    expect(firstCall(answer)).toMatchObject({ type: "function", function: { name: "get_weather" } });
    expect(firstCall(answer)?.id).toMatch(/^call_/);
    expect(JSON.parse(firstCall(answer)?.function.arguments ?? "")).toEqual({ city: "Paris" });
  },
  async "a forced tool"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages,
      tools: [weather, news],
      tool_choice: { type: "function", function: { name: "read_news" } },
    });
    expect(answer.choices[0]?.message.tool_calls).toHaveLength(1);
    expect(firstCall(answer)?.function.name).toBe("read_news");
    expect(firstCall(answer)?.id).toMatch(/^call_/);
    expect(answer.choices[0]?.finish_reason).toBe("tool_calls");
  },
  async "a tool that is forbidden"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages,
      tools: [weather],
      tool_choice: "none",
    });
    expect(answer.choices[0]?.message).not.toHaveProperty("tool_calls");
    expect(answer.choices[0]?.finish_reason).toBe("stop");
  },
  async "a tool without parameters"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages: greeting,
      tools: [{ type: "function", function: { name: "ring_bell" } }],
      tool_choice: "required",
    });
    expect(firstCall(answer)?.function).toMatchObject({ name: "ring_bell" });
    expect(JSON.parse(firstCall(answer)?.function.arguments ?? "")).toEqual({});
  },
  async "a tool's result on the way back"(client, { chatModel }) {
    const first = await client.chat.completions.create({
      model: chatModel,
      messages,
      tools: [weather],
      tool_choice: "required",
    });
    const call = firstCall(first);
    expect(call?.id).toMatch(/^call_/);
    const second = await client.chat.completions.create({
      model: chatModel,
      tools: [weather],
      messages: [
        ...messages,
        ...first.choices.map(({ message }) => message),
        { role: "tool", tool_call_id: call?.id ?? "", content: "21 degrees" },
      ],
    });
    expect(second.choices[0]?.message.content).toContain("21 degrees");
    expect(second.choices[0]?.finish_reason).toBe("stop");
  },
  async "a streamed tool call, chunk by chunk"(client, { chatModel }) {
    const stream = await client.chat.completions.create({
      model: chatModel,
      messages,
      tools: [weather],
      stream: true,
    });
    const chunks = await Array.fromAsync(stream);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    const [first, ...rest] = choices.flatMap(({ delta }) => delta.tool_calls ?? []);
    expect(first).toMatchObject({ index: 0, type: "function", function: { name: "get_weather" } });
    expect(first?.id).toMatch(/^call_/);
    expect(rest.every((piece) => piece.index === 0 && !("id" in piece) && !("type" in piece))).toBe(true);
    const pieces = [first, ...rest].map((piece) => piece?.function?.arguments ?? "");
    expect(JSON.parse(pieces.join(""))).toEqual({ city: "Paris" });
    expect(choices.at(-1)?.finish_reason).toBe("tool_calls");
  },
  async "a streamed tool call, put together"(client, { chatModel }) {
    const runner = client.chat.completions.stream({
      model: chatModel,
      messages,
      tools: [weather, news],
      tool_choice: { type: "function", function: { name: "read_news" } },
    });
    const final = await runner.finalChatCompletion();
    expect(firstCall(final)?.id).toMatch(/^call_/);
    expect(firstCall(final)?.function.name).toBe("read_news");
    expect(JSON.parse(firstCall(final)?.function.arguments ?? "")).toHaveProperty("city");
  },
  async "tools that the SDK runs until there is an answer"(client, { chatModel }) {
    const asked: unknown[] = [];
    const run = (args: string) => {
      asked.push(JSON.parse(args));
      return "23 degrees";
    };
    const tool = { type: "function" as const, function: { ...weather.function, function: run } };
    const whole = client.chat.completions.runTools({
      model: chatModel,
      messages: [...messages],
      tools: [tool],
    });
    expect(await whole.finalContent()).toContain("23 degrees");
    const streamed = client.chat.completions.runTools({
      model: chatModel,
      messages: [...messages],
      tools: [tool],
      stream: true,
    });
    expect(await streamed.finalContent()).toContain("23 degrees");
    expect(asked).toEqual([{ city: "Paris" }, { city: "Paris" }]);
  },
  async "a tool's arguments, parsed"(client, { chatModel }) {
    const answer = await client.chat.completions.parse({
      model: chatModel,
      messages,
      tools: [zodFunction({ name: "get_weather", parameters: z.object({ city: z.string() }) })],
      tool_choice: "required",
    });
    const [call] = answer.choices[0]?.message.tool_calls ?? [];
    expect(call).toMatchObject({ type: "function", function: { parsed_arguments: { city: "Paris" } } });
  },
  async "an old function call"(client, { chatModel }) {
    const answer = await client.chat.completions.create({
      ...legacy,
      model: chatModel,
      function_call: { name: "get_weather" },
    });
    const { finish_reason, message } = answer.choices[0] ?? {};
    expect(message?.function_call?.name).toBe("get_weather");
    expect(JSON.parse(message?.function_call?.arguments ?? "")).toEqual({ city: "Paris" });
    expect(message).not.toHaveProperty("tool_calls");
    // OpenAI says `stop` for a function that was forced; both end a client's loop, the proxy says what was done.
    expect(["function_call", "stop"]).toContain(finish_reason);
  },
  async "an old function call, streamed, and its result"(client, { chatModel }) {
    const stream = await client.chat.completions.create({ ...legacy, model: chatModel, stream: true });
    const choices = (await Array.fromAsync(stream)).flatMap((chunk) => chunk.choices);
    const pieces = choices.flatMap(({ delta }) => delta.function_call ?? []);
    expect(pieces.map(({ name }) => name).filter((name) => name !== undefined)).toEqual(["get_weather"]);
    const args = pieces.map((piece) => piece.arguments ?? "").join("");
    expect(JSON.parse(args)).toEqual({ city: "Paris" });
    expect(choices.at(-1)?.finish_reason).toBe("function_call");
    const answer = await client.chat.completions.create({
      ...legacy,
      model: chatModel,
      messages: [
        ...messages,
        { role: "assistant", content: null, function_call: { name: "get_weather", arguments: args } },
        { role: "function", name: "get_weather", content: "25 degrees" },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain("25 degrees");
  },
};
