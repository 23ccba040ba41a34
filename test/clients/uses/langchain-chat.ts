/** What LangChain does with a chat model, whichever door it goes through. */
import { AIMessage, type AIMessageChunk, HumanMessage, type UsageMetadata } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import type { ChatOpenAI, ChatOpenAIFields } from "@langchain/openai";
import { expect } from "vitest";
import { z } from "zod";
import type { Place } from "../client.ts";

/** The model of a name, as this client makes it; without a name the chat model. */
export type MakeModel = (role: "chat" | "reasoning" | "unknown", settings?: ChatOpenAIFields) => ChatOpenAI;

/** Throws where the library's user would not get what OpenAI gives. */
export type ChatUse = (make: MakeModel, place: Place) => Promise<void>;

const question = "What is the weather in Paris?";
const stay = z.object({ city: z.string(), days: z.number() });
const isStay = { city: expect.any(String), days: expect.any(Number) };

const getWeather = tool(({ city }) => `21 degrees in ${city}`, {
  name: "get_weather",
  description: "The weather of a city",
  schema: z.object({ city: z.string() }),
});
const getTime = tool(({ zone }) => `noon in ${zone}`, {
  name: "get_time",
  description: "The hour",
  schema: z.object({ zone: z.string() }),
});
const tools = [getWeather, getTime];

function usageOf(message: { readonly usage_metadata?: UsageMetadata | undefined }): UsageMetadata {
  expect(message.usage_metadata).toBeDefined();
  return message.usage_metadata ?? { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
}

async function gather(stream: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  const chunks = await Array.fromAsync(stream);
  expect(chunks.length).toBeGreaterThan(1);
  return chunks.reduce((whole, chunk) => whole.concat(chunk));
}

/** One call, its result and the answer. */
async function answerWithTool(make: MakeModel, first: AIMessage | AIMessageChunk): Promise<void> {
  const [call] = first.tool_calls ?? [];
  if (call === undefined) throw new Error("No tool was called");
  expect(call).toMatchObject({
    id: expect.stringMatching(/^call_/),
    name: "get_weather",
    args: { city: expect.any(String) },
  });
  const result = await getWeather.invoke(call);
  expect(result.tool_call_id).toBe(call.id);
  const last = await make("chat")
    .bindTools(tools)
    .invoke([new HumanMessage(question), first, result]);
  expect(last.text).toContain(`21 degrees in ${String(call.args["city"])}`);
  expect(last.tool_calls).toEqual([]);
}

/** Each by one feature of the chat model. */
export const chatUses: Readonly<Record<string, ChatUse>> = {
  async "a text with usage"(make) {
    const answer = await make("chat").invoke(question);
    expect(answer.text).toContain(`You said: “${question}”. Grüße, こんにちは, 🙂!`);
    expect(answer.tool_calls).toEqual([]);
    const { input_tokens: input, output_tokens: output, total_tokens: total } = usageOf(answer);
    expect(input).toBeGreaterThan(0);
    expect(output).toBeGreaterThan(0);
    expect(total).toBe(input + output);
  },
  async "a stream that is the same text, with the same usage"(make) {
    const whole = await make("chat").invoke(question);
    const streamed = await gather(await make("chat").stream(question));
    expect(streamed.text).toBe(whole.text);
    expect(usageOf(streamed).total_tokens).toBe(usageOf(whole).total_tokens);
  },
  async "a second turn with the answer of the first"(make) {
    const first = await make("chat").invoke("My name is Ada.");
    const said = [new HumanMessage("My name is Ada."), first, new HumanMessage(question)];
    const second = await make("chat").invoke(said);
    expect(second.text).toContain(`You said: “${question}”`);
    expect(usageOf(second).input_tokens).toBeGreaterThan(usageOf(first).total_tokens);
  },
  async "a tool, its result and the answer"(make) {
    await answerWithTool(make, await make("chat").bindTools(tools).invoke(question));
  },
  async "a streamed tool, its result and the answer"(make) {
    await answerWithTool(make, await gather(await make("chat").bindTools(tools).stream(question)));
  },
  async "a forced tool by its name"(make) {
    const model = make("chat").bindTools(tools, { tool_choice: "get_time" });
    const { tool_calls: calls } = await model.invoke(question);
    expect(calls).toEqual([
      expect.objectContaining({ name: "get_time", args: { zone: expect.any(String) } }),
    ]);
  },
  async "any tool, required"(make) {
    const model = make("chat").bindTools([getTime], { tool_choice: "any" });
    const { tool_calls: calls } = await model.invoke("Good morning!");
    expect(calls?.map(({ name }) => name)).toEqual(["get_time"]);
  },
  async "structured output by a JSON schema"(make) {
    const model = make("chat").withStructuredOutput(stay, { method: "jsonSchema", strict: true });
    expect(await model.invoke(question)).toEqual(isStay);
  },
  async "structured output by a JSON schema, of a reasoning model"(make) {
    const model = make("reasoning").withStructuredOutput(stay, { method: "jsonSchema" });
    expect(await model.invoke(question)).toEqual(isStay);
  },
  async "structured output by function calling"(make) {
    const model = make("chat").withStructuredOutput(stay, { method: "functionCalling", name: "place" });
    expect(await model.invoke(question)).toEqual(isStay);
  },
  async "structured output by JSON mode"(make) {
    const model = make("chat").withStructuredOutput(z.looseObject({}), { method: "jsonMode" });
    expect(await model.invoke(question)).toBeTypeOf("object");
  },
  async "structured output beside the raw message"(make) {
    const model = make("chat").withStructuredOutput(stay, { includeRaw: true });
    const { raw, parsed } = await model.invoke(question);
    expect(parsed).toEqual(isStay);
    expect(JSON.parse(AIMessage.isInstance(raw) ? raw.text : "")).toEqual(parsed);
  },
  async "structured output, streamed"(make) {
    const model = make("chat").withStructuredOutput(stay);
    expect((await Array.fromAsync(await model.stream(question))).at(-1)).toEqual(isStay);
  },
  async "a length limit"(make) {
    const answer = await make("chat", { maxTokens: 2 }).invoke(question);
    expect(answer.text.length).toBeLessThan(40);
    expect(usageOf(answer).output_tokens).toBeLessThanOrEqual(2);
  },
  async "thoughts kept out of the text, and counted where the backend counts them"(make, { kind }) {
    const answer = await make("reasoning").invoke(question);
    expect(answer.text).toMatch(/^\s*This is a simulated answer/);
    // LM Studio alone tells how many tokens were thoughts.
    if (kind === "lmstudio") expect(usageOf(answer).output_token_details?.reasoning).toBeGreaterThan(0);
  },
  async "a model that is not there, as an error with its code"(make) {
    await expect(make("unknown").invoke(question)).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
      type: "invalid_request_error",
      param: "model",
    });
  },
  async "an abort amid a long stream"(make) {
    const defaultHeaders = { "x-simulator-pieces": "100000" };
    const controller = new AbortController();
    const stream = await make("chat", { configuration: { defaultHeaders } }).stream(question, {
      signal: controller.signal,
    });
    let count = 0;
    const reading = (async () => {
      for await (const _ of stream) {
        count += 1;
        if (count === 3) controller.abort();
      }
    })();
    await expect(reading).rejects.toThrow(/abort/i);
    expect(count).toBeLessThan(50_000);
  },
};
