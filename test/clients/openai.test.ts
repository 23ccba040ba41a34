/** OpenAI's own SDK on a box with LM Studio's manners: what fails at the box itself works through the proxy. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LaunchedProxy, launch } from "../support/launch.ts";
import { type SimulatorServer, startSimulator } from "../support/simulator-server.ts";

let simulator: SimulatorServer;
let proxy: LaunchedProxy;
let through: OpenAI;
let direct: OpenAI;
const chatModel = "simulated/qwen3-8b";
const embeddingModel = "text-embedding-simulated-nomic";

beforeAll(async () => {
  simulator = await startSimulator();
  proxy = await launch("node", { backends: { box: { url: simulator.url } }, logging: { level: "error" } });
  through = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "any", maxRetries: 0 });
  direct = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: "any", maxRetries: 0 });
});
afterAll(async () => {
  await proxy.stop();
  await simulator.stop();
});

const messages = [{ role: "user" as const, content: "What is the weather in Paris?" }];
const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

/** Each throws where the SDK's user would not get what OpenAI gives. */
const uses: Record<string, (client: OpenAI) => Promise<void>> = {
  async "a chat with the shape that strict clients want"(client) {
    const answer = await client.chat.completions.create({ model: chatModel, messages });
    const [choice] = answer.choices;
    expect(choice?.message).toMatchObject({ role: "assistant", content: expect.any(String), refusal: null });
    expect(choice?.message).not.toHaveProperty("tool_calls");
    expect(answer).not.toHaveProperty("stats");
    expect(answer.system_fingerprint).not.toBe(answer.model);
  },
  async "a stream with one role and usage as asked"(client) {
    const stream = await client.chat.completions.create({
      model: chatModel,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    expect(chunks.filter(({ choices }) => choices[0]?.delta.role !== undefined)).toHaveLength(1);
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(chunks.at(-1)?.usage?.total_tokens).toBeGreaterThan(0);
  },
  async "a forced tool"(client) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages,
      tools: [weather, { ...weather, function: { ...weather.function, name: "other" } }],
      tool_choice: { type: "function", function: { name: "other" } },
    });
    const [call] = answer.choices[0]?.message.tool_calls ?? [];
    expect(call?.type === "function" ? call.function.name : undefined).toBe("other");
    expect(call?.id).toMatch(/^call_/);
    expect(answer.choices[0]?.finish_reason).toBe("tool_calls");
  },
  async "a tool's result on the way back"(client) {
    const first = await client.chat.completions.create({
      model: chatModel,
      messages,
      tools: [weather],
      tool_choice: "required",
    });
    const message = first.choices[0]?.message;
    const [call] = message?.tool_calls ?? [];
    expect(call?.id).toMatch(/^call_/);
    const second = await client.chat.completions.create({
      model: chatModel,
      tools: [weather],
      messages: [
        ...messages,
        ...(message === undefined ? [] : [message]),
        { role: "tool", tool_call_id: call?.id ?? "", content: "21 degrees" },
      ],
    });
    expect(second.choices[0]?.message.content).toContain("21 degrees");
  },
  async "a streamed tool call"(client) {
    const runner = client.chat.completions.stream({
      model: chatModel,
      messages,
      tools: [weather],
      tool_choice: "required",
    });
    const final = await runner.finalChatCompletion();
    const [call] = final.choices[0]?.message.tool_calls ?? [];
    expect(call?.id).toMatch(/^call_/);
    expect(JSON.parse(call?.type === "function" ? call.function.arguments : "")).toHaveProperty("city");
  },
  async "an old function call"(client) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages,
      functions: [weather.function],
      function_call: { name: "get_weather" },
    });
    expect(answer.choices[0]?.message.function_call?.name).toBe("get_weather");
    expect(answer.choices[0]?.finish_reason).toBe("function_call");
  },
  async "JSON mode"(client) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages,
      response_format: { type: "json_object" },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toBeTypeOf("object");
  },
  async "structured output of a reasoning model, parsed"(client) {
    const schema = {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    };
    const answer = await client.chat.completions.parse({
      model: "simulated/deepseek-r1-8b",
      messages,
      response_format: { type: "json_schema", json_schema: { name: "place", strict: true, schema } },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toHaveProperty("city");
  },
  async "a length limit by its newer name"(client) {
    const answer = await client.chat.completions.create({
      model: chatModel,
      messages,
      max_completion_tokens: 2,
    });
    expect(answer.choices[0]?.finish_reason).toBe("length");
  },
  async "embeddings with the SDK's own defaults"(client) {
    const { data } = await client.embeddings.create({ model: embeddingModel, input: ["a", "b"] });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([768, 768]);
    expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 4);
  },
  async "shorter embeddings"(client) {
    const { data } = await client.embeddings.create({ model: embeddingModel, input: "a", dimensions: 64 });
    expect(data[0]?.embedding).toHaveLength(64);
    expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 4);
  },
  async "embeddings of token ids"(client) {
    const { data } = await client.embeddings.create({
      model: embeddingModel,
      input: [[9906, 1917], [6151]],
      encoding_format: "float",
    });
    const text = await client.embeddings.create({
      model: embeddingModel,
      input: ["Hello world", "hi"],
      encoding_format: "float",
    });
    expect(data.map(({ embedding }) => embedding)).toEqual(text.data.map(({ embedding }) => embedding));
  },
  async "an error by its class"(client) {
    await expect(client.models.retrieve("nobody")).rejects.toThrow(OpenAI.NotFoundError);
  },
  async "a model by its id"(client) {
    expect((await client.models.retrieve(chatModel)).created).toBeTypeOf("number");
  },
};

describe("through the proxy", () => {
  it.each(Object.entries(uses))("works: %s", async (_name, use) => {
    await expect(use(through)).resolves.toBeUndefined();
  });
});

/** What the newest SDK bears by itself: its majors 4 and 5 decode these floats to wrong numbers. */
const bearable = new Set(["embeddings with the SDK's own defaults"]);

describe("at the box itself", () => {
  it.each(Object.entries(uses).filter(([name]) => !bearable.has(name)))("fails: %s", async (_name, use) => {
    await expect(use(direct)).rejects.toThrow(/./);
  });
});
