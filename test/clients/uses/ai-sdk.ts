/** The AI SDK with OpenAI's own provider, by chat completions and by the Responses endpoint. */
import { createOpenAI, type OpenAIProvider, VERSION } from "@ai-sdk/openai";
import { APICallError, embed, embedMany, generateText, streamText } from "ai";
import { expect } from "vitest";
import type { Client, Place, Use } from "../client.ts";
import { bindUses, type LanguageModels, prompt } from "./ai-sdk-models.ts";
import { objectUses } from "./ai-sdk-objects.ts";
import { textUses } from "./ai-sdk-text.ts";
import { toolUses } from "./ai-sdk-tools.ts";

function providerOf({ baseURL, apiKey }: Place): OpenAIProvider {
  return createOpenAI({ baseURL, apiKey });
}

function chatModels(place: Place): LanguageModels {
  const { chat } = providerOf(place);
  return { chat: chat(place.chatModel), reasoning: chat(place.reasoningModel), unknown: chat("nobody") };
}

function responsesModels(place: Place): LanguageModels {
  const { responses } = providerOf(place);
  return {
    chat: responses(place.chatModel),
    reasoning: responses(place.reasoningModel),
    unknown: responses("nobody"),
  };
}

const embeddingUses: Record<string, Use> = {
  async "embeddings, one and many alike"(place) {
    const model = providerOf(place).embedding(place.embeddingModel);
    const values = ["a rainy day", "a sunny day", "a windy day"];
    const { embeddings, usage } = await embedMany({ model, values, maxRetries: 0 });
    expect(embeddings.map(({ length }) => length)).toEqual(values.map(() => place.dimensions));
    expect(Math.hypot(...(embeddings[1] ?? []))).toBeCloseTo(1, 4);
    expect(usage.tokens).toBeGreaterThan(0);
    const alone = await embed({ model, value: "a windy day", maxRetries: 0 });
    expect(alone.embedding).toEqual(embeddings[2]);
  },
  async "shorter embeddings"(place) {
    const model = providerOf(place).embedding(place.embeddingModel);
    const providerOptions = { openai: { dimensions: 64 } };
    const { embedding } = await embed({ model, value: "a rainy day", providerOptions, maxRetries: 0 });
    expect(embedding).toHaveLength(64);
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 4);
  },
};

const chatUses: Record<string, Use> = {
  async "stop words and a seed"(place) {
    const model = providerOf(place).chat(place.chatModel);
    const settings = { model, prompt, stopSequences: ["You said"], seed: 7, maxRetries: 0 };
    const first = await generateText(settings);
    expect(first.text).toMatch(/no model was asked\.\s*$/);
    expect(first.finishReason).toBe("stop");
    expect((await generateText(settings)).text).toBe(first.text);
  },
  async "the older completions"(place) {
    const model = providerOf(place).completion(place.chatModel);
    // The endpoint's own limit is sixteen tokens.
    const settings = { model, prompt: "Once upon a time", maxOutputTokens: 200, maxRetries: 0 };
    const whole = await generateText(settings);
    expect(whole.text).toContain("Once upon a time");
    expect(whole.finishReason).toBe("stop");
    const streamed = streamText(settings);
    expect((await Array.fromAsync(streamed.textStream)).join("")).toBe(whole.text);
  },
};

const responsesUses: Record<string, Use> = {
  async "thoughts as a summary, where one is asked for"(place) {
    const model = providerOf(place).responses(place.reasoningModel);
    const providerOptions = { openai: { reasoningSummary: "auto", forceReasoning: true } };
    const { finalStep } = await generateText({ model, prompt, providerOptions, maxRetries: 0 });
    expect(finalStep.reasoningText).toContain("Simulated reasoning");
  },
  async "a conversation by the id of the response before"(place) {
    const model = providerOf(place).responses(place.chatModel);
    const first = await generateText({ model, prompt: "My name is Ada.", maxRetries: 0 });
    const id = first.finalStep.providerMetadata?.["openai"]?.["responseId"];
    expect(id).toMatch(/^resp_/);
    const settings = { model, prompt: "Who am I?", maxRetries: 0 };
    const again = await generateText({
      ...settings,
      providerOptions: { openai: { previousResponseId: String(id) } },
    });
    const apart = await generateText(settings);
    // The history is counted with the question.
    expect(again.usage.inputTokens).toBeGreaterThan(apart.usage.inputTokens ?? Infinity);
  },
  async "a response before that is not there, as an error"(place) {
    const model = providerOf(place).responses(place.chatModel);
    const providerOptions = { openai: { previousResponseId: "resp_0000" } };
    const failure = await generateText({ model, prompt, providerOptions, maxRetries: 0 }).catch(
      (error: unknown) => error,
    );
    expect(APICallError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({ statusCode: 400 });
  },
};

const modelUses = { ...textUses, ...toolUses, ...objectUses };

export const aiSdkChat: Client = {
  name: `@ai-sdk/openai ${VERSION}, chat`,
  uses: { ...bindUses(modelUses, chatModels), ...chatUses, ...embeddingUses },
};

export const aiSdkResponses: Client = {
  name: `@ai-sdk/openai ${VERSION}, responses`,
  uses: { ...bindUses(modelUses, responsesModels), ...responsesUses },
};
