/** Chat completions and functions with `openai` 3. */
import type { OpenAIApi } from "openai-v3";
import { expect } from "vitest";
import { greeting, messages, news, type UsesOf, weather } from "../subject.ts";
import { type Chunk, readLines } from "./events.ts";

const streaming = { responseType: "stream" } as const;
const functions = [weather.function, news.function];

function choicesOf(chunks: readonly Chunk[]): Chunk["choices"] {
  return chunks.flatMap(({ choices }) => choices);
}

/** Each throws where the library's user would not get what OpenAI gives. */
export const chatUses: UsesOf<OpenAIApi> = {
  async "a chat"(api, { chatModel }) {
    const { data, status } = await api.createChatCompletion({ model: chatModel, messages });
    expect(status).toBe(200);
    expect(data).toMatchObject({ object: "chat.completion", model: chatModel });
    expect(data).not.toHaveProperty("stats");
    expect(data.choices[0]?.message).toMatchObject({ role: "assistant" });
    expect(data.choices[0]?.message?.content).toContain("Paris");
    expect(data.choices[0]?.message).not.toHaveProperty("tool_calls");
    expect(data.choices[0]?.finish_reason).toBe("stop");
    expect(data.usage?.total_tokens).toBe(
      (data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0),
    );
  },
  async "a chat with every setting of its time"(api, { chatModel }) {
    const { data } = await api.createChatCompletion({
      model: chatModel,
      messages: [{ role: "system", content: "Be brief." }, ...greeting],
      temperature: 0,
      top_p: 1,
      n: 2,
      stop: ["simulated"],
      presence_penalty: 0,
      frequency_penalty: 0,
      logit_bias: {},
      max_tokens: 50,
      user: "somebody",
    });
    expect(data.choices.map(({ index }) => index)).toEqual([0, 1]);
    for (const { message, finish_reason } of data.choices) {
      expect(message?.content).toMatch(/^This/);
      expect(message?.content).not.toContain("simulated");
      expect(finish_reason).toBe("stop");
    }
  },
  async "a chat that is cut at its limit"(api, { chatModel }) {
    const { data } = await api.createChatCompletion({ model: chatModel, messages, max_tokens: 2 });
    expect(data.choices[0]?.finish_reason).toBe("length");
  },
  async "a stream, read line by line"(api, { chatModel }) {
    const whole = await api.createChatCompletion({ model: chatModel, messages });
    const { data, headers } = await api.createChatCompletion(
      { model: chatModel, messages, stream: true },
      streaming,
    );
    expect(headers["content-type"]).toMatch(/^text\/event-stream/);
    const { chunks, end } = await readLines(data);
    expect(end).toBe("[DONE]");
    const choices = choicesOf(chunks);
    expect(choices.filter(({ delta }) => delta?.role !== undefined)).toHaveLength(1);
    const text = choices.map(({ delta }) => delta?.content ?? "").join("");
    expect(text).toBe(whole.data.choices[0]?.message?.content);
    expect(choices.filter(({ finish_reason }) => finish_reason !== null)).toHaveLength(1);
    expect(chunks.every((chunk) => !("usage" in chunk) && chunk.model === chatModel)).toBe(true);
    expect(chunks.every(({ object }) => object === "chat.completion.chunk")).toBe(true);
  },
  async "two choices in one stream"(api, { chatModel }) {
    const { data } = await api.createChatCompletion(
      { model: chatModel, messages, n: 2, stream: true },
      streaming,
    );
    const choices = choicesOf((await readLines(data)).chunks);
    for (const index of [0, 1]) {
      const own = choices.filter((choice) => choice.index === index);
      expect(own.map(({ delta }) => delta?.content ?? "").join("")).toContain("Paris");
      expect(own.filter(({ finish_reason }) => finish_reason !== null)).toHaveLength(1);
    }
  },
  async "a function that the model calls by itself, and its result"(api, { chatModel }) {
    const first = await api.createChatCompletion({ model: chatModel, messages, functions });
    const [choice] = first.data.choices;
    expect(choice?.finish_reason).toBe("function_call");
    const call = choice?.message?.function_call;
    expect(call?.name).toBe("get_weather");
    expect(JSON.parse(call?.arguments ?? "")).toEqual({ city: "Paris" });
    expect(choice?.message).not.toHaveProperty("tool_calls");
    const { data } = await api.createChatCompletion({
      model: chatModel,
      functions,
      messages: [
        ...messages,
        ...(choice?.message === undefined ? [] : [choice.message]),
        { role: "function", name: "get_weather", content: "22 degrees" },
      ],
    });
    expect(data.choices[0]?.message?.content).toContain("22 degrees");
    expect(data.choices[0]?.finish_reason).toBe("stop");
  },
  async "a function that is forced by its name"(api, { chatModel }) {
    const { data } = await api.createChatCompletion({
      model: chatModel,
      messages,
      functions,
      function_call: { name: "read_news" },
    });
    expect(data.choices[0]?.message?.function_call?.name).toBe("read_news");
  },
  async "functions that are forbidden"(api, { chatModel }) {
    const { data } = await api.createChatCompletion({
      model: chatModel,
      messages,
      functions,
      function_call: "none",
    });
    expect(data.choices[0]?.message?.content).toContain("Paris");
    expect(data.choices[0]?.message).not.toHaveProperty("function_call");
  },
  async "a streamed function call"(api, { chatModel }) {
    const { data } = await api.createChatCompletion(
      { model: chatModel, messages, functions, stream: true },
      streaming,
    );
    const choices = choicesOf((await readLines(data)).chunks);
    const pieces = choices.flatMap(({ delta }) => delta?.function_call ?? []);
    expect(pieces.filter(({ name }) => name !== undefined)).toHaveLength(1);
    expect(pieces[0]?.name).toBe("get_weather");
    expect(JSON.parse(pieces.map((piece) => piece.arguments ?? "").join(""))).toEqual({ city: "Paris" });
    expect(choices.at(-1)?.finish_reason).toBe("function_call");
  },
};
