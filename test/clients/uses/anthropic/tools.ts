/** Tools with Anthropic's SDK: called, forced, streamed, and their results. */
import type Anthropic from "@anthropic-ai/sdk";
import { expect } from "vitest";
import { messages, type UsesOf } from "../subject.ts";
import { callOf, model, news, request, textOf, weather } from "./ask.ts";

/** Each throws where the SDK's user would not get what Anthropic gives. */
export const toolUses: UsesOf<Anthropic> = {
  async "a tool that the model calls by itself, and its result"(client) {
    const first = await client.messages.create({ ...request, tools: [weather] });
    expect(first).toMatchObject({ model, stop_reason: "tool_use" });
    const call = callOf(first);
    expect(call).toMatchObject({ type: "tool_use", name: "get_weather", input: { city: "Paris" } });
    expect(call?.id).toMatch(/\S/);
    const second = await client.messages.create({
      ...request,
      tools: [weather],
      messages: [
        ...messages,
        { role: "assistant", content: first.content },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: call?.id ?? "", content: "21 degrees" }],
        },
      ],
    });
    expect(textOf(second)).toContain("21 degrees");
    expect(second.stop_reason).toBe("end_turn");
  },
  async "a tool that is forced by its name"(client) {
    const answer = await client.messages.create({
      ...request,
      tools: [weather, news],
      tool_choice: { type: "tool", name: "read_news" },
    });
    expect(callOf(answer)?.name).toBe("read_news");
    expect(answer.stop_reason).toBe("tool_use");
  },
  async "any tool, required"(client) {
    const answer = await client.messages.create({
      ...request,
      messages: [{ role: "user", content: "Good morning" }],
      tools: [news],
      tool_choice: { type: "any" },
    });
    expect(callOf(answer)?.name).toBe("read_news");
  },
  async "a streamed tool call, put together"(client) {
    const stream = client.messages.stream({ ...request, tools: [weather] });
    let json = "";
    stream.on("inputJson", (piece) => void (json += piece));
    const final = await stream.finalMessage();
    expect(callOf(final)).toMatchObject({ name: "get_weather", input: { city: "Paris" } });
    expect(JSON.parse(json)).toEqual({ city: "Paris" });
    expect(final).toMatchObject({ model, stop_reason: "tool_use" });
  },
};
