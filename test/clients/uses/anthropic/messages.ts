/** Messages of Anthropic's SDK: whole, streamed, and left in the middle. */
import Anthropic from "@anthropic-ai/sdk";
import { expect } from "vitest";
import { unhurried, type UsesOf } from "../subject.ts";
import { model, request, textOf } from "./ask.ts";

/** Each throws where the SDK's user would not get what Anthropic gives. */
export const messageUses: UsesOf<Anthropic> = {
  async "a message under the name that was asked for"(client) {
    const answer = await client.messages.create({ ...request, system: "Be brief." });
    expect(answer).toMatchObject({ type: "message", role: "assistant", model, stop_reason: "end_turn" });
    expect(answer.stop_sequence ?? null).toBeNull();
    expect(textOf(answer)).toContain("Paris");
    expect(answer.usage.input_tokens).toBeGreaterThan(0);
    expect(answer.usage.output_tokens).toBeGreaterThan(0);
  },
  async "another name of the same family"(client) {
    const answer = await client.messages.create({ ...request, model: "claude-opus-4-1-20250805" });
    expect(answer.model).toBe("claude-opus-4-1-20250805");
  },
  async "content in blocks, and a longer conversation"(client) {
    const answer = await client.messages.create({
      ...request,
      system: [{ type: "text", text: "Be brief." }],
      messages: [
        { role: "user", content: "Good morning" },
        { role: "assistant", content: [{ type: "text", text: "Good morning to you" }] },
        { role: "user", content: [{ type: "text", text: "Speak of Lisbon." }] },
      ],
    });
    expect(textOf(answer)).toContain("Lisbon");
  },
  async "a limit that cuts the answer"(client) {
    const answer = await client.messages.create({ ...request, max_tokens: 2 });
    expect(answer.stop_reason).toBe("max_tokens");
    expect(answer.usage.output_tokens).toBeLessThanOrEqual(2);
  },
  async "a stream with its events in order"(client) {
    const whole = await client.messages.create(request);
    const stream = await client.messages.create({ ...request, stream: true });
    const events = await Array.fromAsync(stream);
    const [first] = events;
    expect(first?.type === "message_start" ? first.message : undefined).toMatchObject({
      model,
      role: "assistant",
    });
    const kinds: readonly string[] = events
      .map(({ type }) => type)
      .filter((type, at, all) => type !== all[at - 1]);
    expect(kinds.filter((kind) => kind !== "ping")).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    const deltas = events.flatMap((event) => (event.type === "content_block_delta" ? [event.delta] : []));
    expect(deltas.map((delta) => (delta.type === "text_delta" ? delta.text : "")).join("")).toBe(
      textOf(whole),
    );
  },
  async "the streaming helper"(client) {
    const pieces: string[] = [];
    const stream = client.messages.stream(request).on("text", (piece) => void pieces.push(piece));
    const final = await stream.finalMessage();
    expect(final).toMatchObject({ model, stop_reason: "end_turn" });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe(await stream.finalText());
    expect(final.usage.output_tokens).toBeGreaterThan(0);
  },
  async "a stream that is left in its middle, and the next request"(client) {
    const stream = client.messages.stream(request, { headers: unhurried });
    let pieces = 0;
    stream.on("text", () => {
      pieces++;
      if (pieces === 3) stream.abort();
    });
    await expect(stream.done()).rejects.toThrow(Anthropic.APIUserAbortError);
    expect(pieces).toBeLessThan(100);
    expect(textOf(await client.messages.create(request))).toContain("Paris");
  },
};
