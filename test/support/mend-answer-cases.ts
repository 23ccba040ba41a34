/** The mends of answers and streams, each with a request whose answer a strict client could not read. */
import { expect } from "vitest";
import {
  embeddingModel,
  type MendCase,
  messages,
  readChunks,
  readJson,
  thinkingModel,
  tool,
} from "./mend-case.ts";

const called = { messages, tools: [tool("get_weather")], tool_choice: "required" };
const answer_schema = {
  name: "answer",
  schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

/** Some mends have a case for streams too. */
export const answerCases: readonly MendCase[] = [
  {
    mend: "hidden-overflow",
    gets: "an error for a prompt over the context",
    body: { messages },
    orders: { "x-simulator-fault": "overflow-empty" },
    config: { model_options: { "*": { context_length: 2_048 } } },
    async check(answer) {
      expect(await readJson(answer)).toMatchObject({ error: { code: "context_length_exceeded" } });
    },
  },
  {
    mend: "response-shape",
    gets: "a response that tells what was asked",
    path: "/v1/responses",
    body: { input: "Hi", instructions: "Be brief." },
    backend: { responses: "native" },
    async check(answer) {
      expect(await readJson(answer)).toMatchObject({ instructions: "Be brief.", tools: [], error: null });
    },
  },
  {
    mend: "logprobs-shape",
    gets: "log probabilities without alternatives where it asked for none",
    body: { messages, logprobs: true },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0].logprobs).toMatchObject({ refusal: null, content: expect.any(Array) });
      expect(choices[0].logprobs.content[0].top_logprobs).toEqual([]);
    },
  },
  {
    mend: "tool-call-ids",
    gets: "ids of tool calls in OpenAI's form",
    body: called,
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0].message.tool_calls[0].id).toMatch(/^call_/);
    },
  },
  {
    mend: "tool-call-ids",
    gets: "an id of a streamed call that had none",
    body: { ...called, stream: true },
    orders: { "x-simulator-quirks": "empty-tool-call-id" },
    // The shape of a message fills what is missing too.
    alsoDisabled: ["message-shape"],
    async check(answer) {
      const [call] = (await readChunks(answer)).flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
      expect(call.id).toMatch(/^call_/);
    },
  },
  {
    mend: "stream-usage",
    gets: "usage in the last chunk, and null before",
    body: { messages, stream: true, stream_options: { include_usage: true } },
    async check(answer) {
      const chunks = await readChunks(answer);
      const last = chunks.pop();
      expect(last).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
      expect(new Set(chunks.map(({ usage }) => usage))).toEqual(new Set([null]));
    },
  },
  {
    mend: "single-tool-call",
    gets: "one call where it allowed no more",
    body: { ...called, parallel_tool_calls: false },
    orders: { "x-simulator-tool-calls": "2" },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0].message.tool_calls).toHaveLength(1);
    },
  },
  {
    mend: "single-tool-call",
    gets: "one call in a stream where it allowed no more",
    body: { ...called, parallel_tool_calls: false, stream: true },
    orders: { "x-simulator-tool-calls": "3" },
    async check(answer) {
      const calls = (await readChunks(answer)).flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
      expect(new Set(calls.map(({ index }) => index))).toEqual(new Set([0]));
    },
  },
  {
    mend: "structured-output-in-reasoning",
    gets: "structured output in the content",
    body: {
      model: thinkingModel,
      messages,
      response_format: { type: "json_schema", json_schema: answer_schema },
    },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(JSON.parse(choices[0].message.content)).toEqual({ city: "simulated" });
    },
  },
  {
    mend: "tool-calls-in-text",
    gets: "a real call where the model wrote one as text",
    body: { ...called, model: "simulated/gemma-3-4b" },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0]).toMatchObject({
        finish_reason: "tool_calls",
        message: { tool_calls: [{ function: { name: "get_weather", arguments: "{}" } }] },
      });
    },
  },
  {
    mend: "tool-calls-in-text",
    gets: "a real call in a stream, and none of its text",
    body: { ...called, model: "simulated/gemma-3-4b", stream: true },
    async check(answer) {
      const deltas = (await readChunks(answer)).map(({ choices }) => choices[0].delta);
      expect(deltas.map(({ content = "" }) => content).join("")).toBe("");
      expect(deltas.flatMap((delta) => delta.tool_calls ?? [])[0].function.name).toBe("get_weather");
    },
  },
  {
    mend: "reasoning-field",
    gets: "thoughts in reasoning_content and none in the content",
    body: { model: "simulated/qwq-think-tags", messages },
    async check(answer) {
      const { message } = (await readJson(answer)).choices[0];
      expect(message.reasoning_content).toContain("Simulated reasoning");
      expect(message.content.trim()).toMatch(/^This is a simulated answer/);
      expect(message).not.toHaveProperty("reasoning");
    },
  },
  {
    mend: "reasoning-field",
    gets: "streamed thoughts before the content and apart from it",
    body: { model: "simulated/qwq-think-tags", messages, stream: true },
    async check(answer) {
      const deltas = (await readChunks(answer)).map(({ choices }) => choices[0].delta);
      const join = (field: string) => deltas.map((delta) => delta[field] ?? "").join("");
      expect(join("reasoning_content")).toContain("Simulated reasoning");
      expect(join("content").trim()).toMatch(/^This is a simulated answer/);
    },
  },
  {
    mend: "finish-reason",
    gets: "tool_calls as the reason of a finish with a call",
    body: { ...called, tool_choice: { type: "function", function: { name: "get_weather" } } },
    async check(answer) {
      const { choices } = await readJson(answer);
      expect(choices[0].finish_reason).toBe("tool_calls");
    },
  },
  {
    mend: "message-shape",
    gets: "the role in the first delta alone, and texts in all that have content",
    body: { messages, stream: true },
    async check(answer) {
      const deltas = (await readChunks(answer)).map(({ choices }) => choices[0].delta);
      expect(deltas.map((delta) => "role" in delta).lastIndexOf(true)).toBe(0);
      expect(deltas.map(({ content = "" }) => typeof content)).not.toContain("object");
    },
  },
  {
    mend: "extra-fields",
    gets: "no fields that OpenAI has not",
    body: { messages },
    async check(answer) {
      const body = await readJson(answer);
      const known = new Set([
        "id",
        "object",
        "created",
        "model",
        "choices",
        "usage",
        "system_fingerprint",
        "service_tier",
      ]);
      expect(Object.keys(body).filter((key) => !known.has(key))).toEqual([]);
      expect(Object.keys(body.choices[0]).sort()).toEqual(["finish_reason", "index", "logprobs", "message"]);
    },
  },
  {
    mend: "usage-numbers",
    gets: "a count of the tokens that it embedded",
    path: "/v1/embeddings",
    body: { model: embeddingModel, input: "How many tokens are these?" },
    async check(answer) {
      expect((await readJson(answer)).usage.total_tokens).toBeGreaterThan(0);
    },
  },
  {
    mend: "answer-envelope",
    gets: "a completion with an id of one and no name for a fingerprint",
    path: "/v1/completions",
    body: { prompt: "Once upon a time" },
    async check(answer) {
      const { id, system_fingerprint: fingerprint } = await readJson(answer);
      expect(id).toMatch(/^cmpl-/);
      expect(fingerprint ?? "fp_").toMatch(/^(fp_|b\d)/);
    },
  },
];
