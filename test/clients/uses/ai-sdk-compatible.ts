/** The AI SDK with its provider for servers that are like OpenAI's. */
import {
  createOpenAICompatible,
  type OpenAICompatibleProviderSettings,
  VERSION,
} from "@ai-sdk/openai-compatible";
import { APICallError, embed, embedMany, generateText, Output, streamText } from "ai";
import { expect } from "vitest";
import type { Client, Place, Use } from "../client.ts";
import { bindUses, type LanguageModels, once, prompt } from "./ai-sdk-models.ts";
import { objectUses } from "./ai-sdk-objects.ts";
import { textUses } from "./ai-sdk-text.ts";
import { toolUses } from "./ai-sdk-tools.ts";

function providerOf({ baseURL, apiKey }: Place, settings: Partial<OpenAICompatibleProviderSettings> = {}) {
  return createOpenAICompatible({ name: "local", baseURL, apiKey, ...settings });
}

/** As for OpenAI itself: with schemas, and with usage in streams. */
function modelsOf(place: Place): LanguageModels {
  const { chatModel } = providerOf(place, { supportsStructuredOutputs: true, includeUsage: true });
  return {
    chat: chatModel(place.chatModel),
    reasoning: chatModel(place.reasoningModel),
    unknown: chatModel("nobody"),
  };
}

const uses: Record<string, Use> = {
  async "thoughts as reasoning text"(place) {
    const model = providerOf(place).chatModel(place.reasoningModel);
    const { finalStep, text } = await generateText({ model, prompt, ...once });
    expect(finalStep.reasoningText).toMatch(/^Simulated reasoning: the last message has \d+ characters/);
    expect(text).not.toMatch(/<\/?think>/);
  },
  async "thoughts as reasoning text, streamed before the answer"(place) {
    const model = providerOf(place).chatModel(place.reasoningModel);
    const streamed = streamText({ model, prompt, ...once });
    const types = (await Array.fromAsync(streamed.stream)).map(({ type }) => type);
    expect(types.indexOf("reasoning-delta")).toBeGreaterThan(-1);
    expect(types.lastIndexOf("reasoning-delta")).toBeLessThan(types.indexOf("text-delta"));
    expect((await streamed.finalStep).reasoningText).toMatch(/I shall repeat some of it\.\s*$/);
    expect(await streamed.text).toMatch(/^\s*This is a simulated answer/);
  },
  async "JSON mode, the default where no schema is sent"(place) {
    const model = providerOf(place).chatModel(place.chatModel);
    const { output } = await generateText({ model, prompt, output: Output.json(), ...once });
    expect(output).toBeTypeOf("object");
  },
  async "a stream without usage by default"(place) {
    const model = providerOf(place).chatModel(place.chatModel);
    const streamed = streamText({ model, prompt, ...once });
    expect((await Array.fromAsync(streamed.textStream)).join("")).toContain(prompt);
    expect((await streamed.usage).totalTokens).toBeUndefined();
  },
  async "stop words, a seed and fields of its own"(place) {
    const model = providerOf(place).chatModel(place.chatModel);
    const settings = { model, prompt, stopSequences: ["You said"], seed: 7, ...once };
    const first = await generateText({ ...settings, providerOptions: { local: { user: "ada" } } });
    expect(first.text).toMatch(/no model was asked\.\s*$/);
    expect((await generateText(settings)).text).toBe(first.text);
  },
  async "the older completions, whole and streamed"(place) {
    const model = providerOf(place).completionModel(place.chatModel);
    // The endpoint's own limit is sixteen tokens.
    const settings = { model, prompt: "Once upon a time", maxOutputTokens: 200, ...once };
    const whole = await generateText(settings);
    expect(whole.text).toContain("Once upon a time");
    expect(whole.finishReason).toBe("stop");
    const streamed = streamText(settings);
    expect((await Array.fromAsync(streamed.textStream)).join("")).toBe(whole.text);
  },
  async "embeddings, one and many alike"(place) {
    const model = providerOf(place).embeddingModel(place.embeddingModel);
    const values = ["a rainy day", "a sunny day", "a windy day"];
    const { embeddings, usage } = await embedMany({ model, values, ...once });
    expect(embeddings.map(({ length }) => length)).toEqual(values.map(() => place.dimensions));
    expect(Math.hypot(...(embeddings[1] ?? []))).toBeCloseTo(1, 4);
    expect(usage.tokens).toBeGreaterThan(0);
    const alone = await embed({ model, value: "a windy day", ...once });
    expect(alone.embedding).toEqual(embeddings[2]);
  },
  async "shorter embeddings"(place) {
    const model = providerOf(place).embeddingModel(place.embeddingModel);
    const providerOptions = { openaiCompatible: { dimensions: 64 } };
    const { embedding } = await embed({ model, value: "a rainy day", providerOptions, ...once });
    expect(embedding).toHaveLength(64);
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 4);
  },
  async "an embedding model that is not there, as an error with its code"(place) {
    const model = providerOf(place).embeddingModel("nobody");
    const failure = await embed({ model, value: "a", ...once }).catch((error: unknown) => error);
    expect(APICallError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({
      data: { error: { type: "invalid_request_error", code: "model_not_found" } },
    });
  },
};

export const aiSdkCompatible: Client = {
  name: `@ai-sdk/openai-compatible ${VERSION}`,
  uses: { ...bindUses({ ...textUses, ...toolUses, ...objectUses }, modelsOf), ...uses },
};
