/** LangChain for JavaScript by chat completions, responses, completions and embeddings. */
import { OpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { expect } from "vitest";
import type { Client, Use } from "../client.ts";
import { chatUses } from "./langchain-chat.ts";
import { embeddingUses } from "./langchain-embeddings.ts";
import { bindUses, makerOf, settingsOf, version } from "./langchain-models.ts";
import { responsesUses } from "./langchain-responses.ts";

const question = "What is the weather in Paris?";

const completionUses: Record<string, Use> = {
  async "several choices"(place) {
    const { generations } = await makerOf(place)("chat", { n: 3 }).generate([[["human", question]]]);
    const texts = generations[0]?.map(({ text }) => text) ?? [];
    expect(texts).toHaveLength(3);
    expect(texts.every((text) => text.includes(question))).toBe(true);
  },
  async "stop words and a seed"(place) {
    const model = makerOf(place)("chat");
    const first = await model.invoke(question, { stop: ["You said"], seed: 7 });
    expect(first.text).toMatch(/no model was asked\.\s*$/);
    expect(first.response_metadata["finish_reason"]).toBe("stop");
    expect((await model.invoke(question, { stop: ["You said"], seed: 7 })).text).toBe(first.text);
  },
  async "a length limit told as the reason"(place) {
    const { response_metadata: facts } = await makerOf(place)("reasoning", { maxTokens: 2 }).invoke(question);
    expect(facts["finish_reason"]).toBe("length");
  },
  async "thoughts in the extra fields, whole and streamed"(place) {
    const model = makerOf(place)("reasoning");
    const thoughts = (await model.invoke(question)).additional_kwargs["reasoning_content"];
    expect(thoughts).toContain("Simulated reasoning");
    const chunks = await Array.fromAsync(await model.stream(question));
    const pieces = chunks.map((chunk) => chunk.additional_kwargs["reasoning_content"] ?? "");
    expect(pieces.join("")).toBe(thoughts);
  },
  async "JSON mode as a plain option"(place) {
    const model = makerOf(place)("chat").withConfig({ response_format: { type: "json_object" } });
    expect(JSON.parse((await model.invoke(question)).text)).toBeTypeOf("object");
  },
};

/** The class sends a list of prompts always, of one too. */
const olderUses: Record<string, Use> = {
  async "the older completions, whole and streamed"(place) {
    // The class takes no chat model's name.
    const model = new OpenAI({ ...settingsOf(place), model: "gpt-3.5-turbo-instruct", maxTokens: 200 });
    const whole = await model.invoke("Once upon a time");
    expect(whole).toContain("Once upon a time");
    expect((await Array.fromAsync(await model.stream("Once upon a time"))).join("")).toBe(whole);
  },
};

export const langchain: Client = {
  name: `@langchain/openai ${version}`,
  uses: {
    ...bindUses(chatUses, makerOf),
    ...responsesUses,
    ...completionUses,
    ...olderUses,
    ...embeddingUses(
      (place, settings) =>
        new OpenAIEmbeddings({ ...settingsOf(place), model: place.embeddingModel, ...settings }),
    ),
  },
};
