/** Streamed chat completions of the newest `openai`. */
import OpenAI from "openai";
import { expect } from "vitest";
import { messages, type UsesOf, unhurried } from "../subject.ts";

type Chunk = OpenAI.ChatCompletionChunk;

function textOf(chunks: readonly Chunk[], index = 0): string {
  const choices = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.index === index);
  return choices.map(({ delta }) => delta.content ?? "").join("");
}

/** Each throws where the SDK's user would not get what OpenAI gives. */
export const streamUses: UsesOf<OpenAI> = {
  async "a stream with one role, one finish and the whole text"(client, { chatModel }) {
    const whole = await client.chat.completions.create({ model: chatModel, messages });
    const stream = await client.chat.completions.create({ model: chatModel, messages, stream: true });
    const chunks = await Array.fromAsync(stream);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    expect(choices.filter(({ delta }) => delta.role !== undefined)).toHaveLength(1);
    expect(choices[0]?.delta.role).toBe("assistant");
    expect(choices.map((choice) => choice.finish_reason).filter((reason) => reason !== null)).toEqual([
      "stop",
    ]);
    expect(choices.every(({ delta }) => delta.content !== null)).toBe(true);
    expect(textOf(chunks)).toBe(whole.choices[0]?.message.content);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(new Set(chunks.map(({ model }) => model))).toEqual(new Set([chatModel]));
  },
  async "a stream without usage where none was asked"(client, { chatModel }) {
    const stream = await client.chat.completions.create({ model: chatModel, messages, stream: true });
    const chunks = await Array.fromAsync(stream);
    expect(chunks.every((chunk) => !("usage" in chunk))).toBe(true);
    expect(chunks.every(({ choices }) => choices.length === 1)).toBe(true);
  },
  async "a stream with usage as asked"(client, { chatModel }) {
    const stream = await client.chat.completions.create({
      model: chatModel,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(chunks.at(-1)?.choices).toEqual([]);
    const usage = chunks.at(-1)?.usage;
    expect(usage?.completion_tokens).toBeGreaterThan(0);
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
  },
  async "two choices in one stream"(client, { chatModel }) {
    const stream = await client.chat.completions.create({
      model: chatModel,
      messages,
      n: 2,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    for (const index of [0, 1]) {
      const own = choices.filter((choice) => choice.index === index);
      expect(own.filter(({ delta }) => delta.role !== undefined)).toHaveLength(1);
      expect(own.filter((choice) => choice.finish_reason !== null)).toHaveLength(1);
      expect(textOf(chunks, index)).toContain("Paris");
    }
    expect(chunks.filter(({ usage }) => usage !== null && usage !== undefined)).toHaveLength(1);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  },
  async "a length limit by its newer name, streamed"(client, { chatModel }) {
    const stream = client.chat.completions.stream({ model: chatModel, messages, max_completion_tokens: 2 });
    // The helper throws for an answer that was cut only where it has to parse it.
    expect((await stream.finalChatCompletion()).choices[0]?.finish_reason).toBe("length");
  },
  async "the streaming helper with its events"(client, { chatModel }) {
    const deltas: string[] = [];
    const runner = client.chat.completions
      .stream({ model: chatModel, messages, stream_options: { include_usage: true } })
      .on("content", (delta) => void deltas.push(delta));
    expect(await runner.finalContent()).toBe(deltas.join(""));
    expect(await runner.finalMessage()).toMatchObject({ role: "assistant", refusal: null });
    expect((await runner.totalUsage()).total_tokens).toBeGreaterThan(0);
  },
  async "a reasoning model's stream whose thoughts are not in the text"(client, { reasoningModel }) {
    const stream = await client.chat.completions.create({ model: reasoningModel, messages, stream: true });
    const chunks = await Array.fromAsync(stream);
    expect(textOf(chunks)).toMatch(/^This is a simulated answer/);
    expect(chunks.filter(({ choices }) => choices[0]?.delta.role !== undefined)).toHaveLength(1);
  },
  async "several streams at once, each with its own words"(client, { chatModel }) {
    const cities = ["Rome", "Oslo", "Lima", "Cairo", "Quito", "Delhi"];
    const texts = await Promise.all(
      cities.map(async (city) => {
        const content = `Speak of ${city}.`;
        const stream = await client.chat.completions.create({
          model: chatModel,
          messages: [{ role: "user", content }],
          stream: true,
        });
        return textOf(await Array.fromAsync(stream));
      }),
    );
    expect(texts.map((text) => cities.filter((city) => text.includes(city)))).toEqual(
      cities.map((city) => [city]),
    );
  },
  async "a stream that is left in its middle, and the next request"(client, { chatModel }) {
    const runner = client.chat.completions.stream({ model: chatModel, messages }, { headers: unhurried });
    let pieces = 0;
    runner.on("content", () => {
      pieces++;
      if (pieces === 3) runner.abort();
    });
    await expect(runner.done()).rejects.toThrow(OpenAI.APIUserAbortError);
    expect(pieces).toBeLessThan(100);
    const next = await client.chat.completions.create({ model: chatModel, messages });
    expect(next.choices[0]?.message.content).toContain("Paris");
  },
};
