/** Texts, streams, limits, failures and leaving by the AI SDK, with any provider package. */
import { APICallError, generateText, streamText } from "ai";
import { expect } from "vitest";
import { type ModelUse, once, prompt } from "./ai-sdk-models.ts";

/** Text as the SDK gives it. */
export const textUses: Readonly<Record<string, ModelUse>> = {
  async "a text with usage"({ chat }) {
    const result = await generateText({ model: chat, prompt, ...once });
    expect(result.text).toContain(`You said: “${prompt}”. Grüße, こんにちは, 🙂!`);
    expect(result.finishReason).toBe("stop");
    expect(result.usage.inputTokens).toBeGreaterThan(0);
    expect(result.usage.totalTokens).toBe((result.usage.inputTokens ?? 0) + (result.usage.outputTokens ?? 0));
    expect(result.toolCalls).toEqual([]);
  },
  async "a stream that is the same text, with usage"({ chat }) {
    const whole = await generateText({ model: chat, prompt, ...once });
    const streamed = streamText({ model: chat, prompt, ...once });
    const pieces = await Array.fromAsync(streamed.textStream);
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.join("")).toBe(whole.text);
    expect(await streamed.finishReason).toBe("stop");
    expect(await streamed.usage).toMatchObject({
      inputTokens: whole.usage.inputTokens,
      outputTokens: whole.usage.outputTokens,
    });
  },
  async "a second turn with the messages of the first"({ chat }) {
    const first = await generateText({ model: chat, prompt: "My name is Ada Lovelace.", ...once });
    const messages = [
      { role: "user" as const, content: "My name is Ada Lovelace." },
      ...first.finalStep.response.messages,
      { role: "user" as const, content: prompt },
    ];
    const second = await generateText({ model: chat, messages, ...once });
    expect(second.text).toContain(`You said: “${prompt}”`);
    // What was said before is counted with the question, the long answer above all.
    const words = (first.usage.inputTokens ?? 0) + (first.usage.outputTokens ?? Infinity);
    expect(second.usage.inputTokens).toBeGreaterThan(words);
  },
  async "a length limit"({ chat }) {
    const result = await generateText({ model: chat, prompt, maxOutputTokens: 2, ...once });
    expect(result.finishReason).toBe("length");
    expect(result.text.length).toBeLessThan(40);
  },
  async "a length limit and instructions for a reasoning model"({ reasoning }) {
    const instructions = "Be short.";
    const result = await generateText({
      model: reasoning,
      instructions,
      prompt,
      maxOutputTokens: 2,
      ...once,
    });
    expect(result.finishReason).toBe("length");
  },
  async "thoughts kept out of the text, and counted where the backend counts them"({ reasoning }, { kind }) {
    const result = await generateText({ model: reasoning, prompt, ...once });
    expect(result.text).toMatch(/^This is a simulated answer/);
    // LM Studio alone tells how many tokens were thoughts.
    if (kind === "lmstudio") expect(result.usage.outputTokenDetails.reasoningTokens).toBeGreaterThan(0);
  },
  async "a model that is not there, as an error with its code"({ unknown }) {
    const failure = await generateText({ model: unknown, prompt, ...once }).catch((error: unknown) => error);
    expect(APICallError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({
      statusCode: 404,
      isRetryable: false,
      message: expect.stringContaining("does not exist"),
      data: { error: { type: "invalid_request_error", code: "model_not_found" } },
    });
  },
  async "a model that is not there, as an error of a stream"({ unknown }) {
    const failures: unknown[] = [];
    const streamed = streamText({
      model: unknown,
      prompt,
      onError: ({ error }) => void failures.push(error),
      ...once,
    });
    await streamed.consumeStream();
    expect(failures).toEqual([
      expect.objectContaining({ data: { error: expect.objectContaining({ code: "model_not_found" }) } }),
    ]);
  },
  async "an abort amid a long stream"({ chat }) {
    const controller = new AbortController();
    const streamed = streamText({
      model: chat,
      prompt,
      headers: { "x-simulator-pieces": "100000" },
      abortSignal: controller.signal,
      ...once,
    });
    const seen: string[] = [];
    for await (const { type } of streamed.stream) {
      seen.push(type);
      if (type === "text-delta") controller.abort();
    }
    expect(seen.at(-1)).toBe("abort");
    expect(seen).not.toContain("error");
    expect(seen.filter((type) => type === "text-delta").length).toBeLessThan(50_000);
  },
};
