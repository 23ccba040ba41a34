/** LM Studio's quirks that come with a model, an order or a request of their own; its everyday manners stand in `../`. */
import { describe, expect, it } from "vitest";
import { createSimulator } from "../../../src/simulator/simulator.ts";
import { chat, json, post, readChunks, readEvents } from "../ask.ts";

const gemma = "simulated/gemma-3-4b";
const thinker = "simulated/qwq-think-tags";
const qwen = "simulated/qwen3-8b";
const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
};
const called = { tools: [weather], tool_choice: "required" };
const order = (headers: Record<string, string>) => ({ headers });

describe("a request", () => {
  it("trips over nulls where objects are read", async () => {
    for (const body of [{ tools: null }, { response_format: null }]) {
      const answer = await chat("Hi", body);
      expect([answer.status, await json(answer)]).toEqual([
        400,
        { error: "Cannot read properties of null (reading 'type')" },
      ]);
    }
  });

  it("is refused for a list as a tool's result, and for a list of no parts", async () => {
    const lists = [
      { role: "tool", tool_call_id: "1", content: [{ type: "text", text: "17" }] },
      { role: "user", content: [] },
    ];
    for (const message of lists) {
      const answer = await post("/v1/chat/completions", { messages: [message] });
      expect([answer.status, (await json(answer)).error]).toEqual([400, expect.stringMatching(/^'content'/)]);
    }
  });

  it("may name another instance or quantisation of a model", async () => {
    const simulator = createSimulator({ models: [{ id: qwen, type: "llm" }] });
    for (const model of [`${qwen}:2`, `${qwen}@q4_k_m`, `${qwen}@q4_k_m:3`]) {
      expect((await json(chat("Hi", { model }, { simulator }))).model).toBe(qwen);
    }
    expect((await chat("Hi", { model: `${qwen}-instruct` }, { simulator })).status).toBe(200);
    expect((await chat("Hi", { model: "nobody@q4_k_m" })).status).toBe(200);
  });
});

describe("an answer", () => {
  it("keeps the call of a model that knows no tools as text, whole and streamed", async () => {
    const { choices } = await json(chat("Hi", { model: gemma, ...called }));
    const text =
      '[TOOL_REQUEST]\n{"name": "get_weather", "arguments": {"city":"simulated"}}\n[END_TOOL_REQUEST]';
    expect(choices[0]).toMatchObject({ finish_reason: "stop", message: { content: text, tool_calls: [] } });
    const chunks = await readChunks(chat("Hi", { model: gemma, ...called, stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("")).toBe(text);
  });

  it("keeps thoughts between tags in the content of one model", async () => {
    const { message } = (await json(chat("Hi", { model: thinker }))).choices[0];
    expect(message.content).toMatch(/^<think>\nSimulated reasoning.*\n<\/think>\n\nThis is/s);
    expect(message).not.toHaveProperty("reasoning_content");
  });

  it("has a call without an id, as many calls as are ordered, or two if asked twice", async () => {
    const nameless = await json(chat("Hi", called, order({ "x-simulator-quirks": "empty-tool-call-id" })));
    expect(nameless.choices[0].message.tool_calls[0].id).toBe("");
    const three = await json(chat("Hi", called, order({ "x-simulator-tool-calls": "3" })));
    const ids = three.choices[0].message.tool_calls.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(3);
    const chunks = await readChunks(chat("Call it twice", { ...called, stream: true }));
    const indexes = chunks
      .flatMap(({ choices }) => choices[0].delta.tool_calls ?? [])
      .map(({ index }) => index);
    expect(new Set(indexes)).toEqual(new Set([0, 1]));
  });

  it("has neither text nor call where one is required, until a hint asks for it", async () => {
    const ignoring = order({ "x-simulator-quirks": "required-tool-ignored" });
    const silent = (await json(chat("Hi", called, ignoring))).choices[0];
    expect(silent).toMatchObject({ finish_reason: "stop", message: { content: "", tool_calls: [] } });
    const messages = [
      { role: "system", content: "Answer by calling one of the tools, and by nothing else." },
      { role: "user", content: "Hi" },
    ];
    const hinted = await json(chat("", { messages, tools: [weather] }, ignoring));
    expect(hinted.choices[0].message.tool_calls).toHaveLength(1);
  });

  it("is a success of nothing where the prompt is too long, or where that is ordered", async () => {
    const long = await json(chat("word ".repeat(40_000)));
    const ordered = await json(chat("Hi", {}, order({ "x-simulator-fault": "overflow-empty" })));
    for (const { choices, usage } of [long, ordered]) {
      expect(choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "" } });
      expect(usage.prompt_tokens).toBeGreaterThanOrEqual(32_768);
    }
    const events = await readEvents(
      chat("Hi", { stream: true }, order({ "x-simulator-fault": "overflow-empty" })),
    );
    expect(events.map(({ data }) => data === "[DONE]")).toEqual([false, true]);
  });

  it("breaks off where another model takes the place of this one", async () => {
    const headers = { "x-simulator-fault": "model-unloaded", "x-simulator-after": "1" };
    const events = await readEvents(chat("Hi", { stream: true }, { headers }));
    expect(events).toHaveLength(2);
    expect(JSON.parse(events[1]?.data ?? "").error.message).toBe("Model unloaded.");
    const whole = await chat("Hi", {}, { headers });
    expect([whole.status, await json(whole)]).toEqual([400, { error: "Model unloaded." }]);
  });
});

describe("Anthropic's endpoint", () => {
  const messages = [{ role: "user", content: "How is the weather?" }];
  const tools = [{ name: "get_weather", input_schema: weather.function.parameters }];
  const ask = (body: object) => post("/v1/messages", { model: qwen, max_tokens: 100, messages, ...body });

  it("gives a message with a text, or with the use of a tool", async () => {
    const spoken = await json(ask({ system: "Be brief." }));
    expect(spoken).toMatchObject({
      id: expect.stringMatching(/^msg_/),
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: expect.stringContaining("How is the weather?") }],
      stop_reason: "end_turn",
      usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
    });
    const used = await json(ask({ tools }));
    expect(used).toMatchObject({
      stop_reason: "tool_use",
      content: [{ type: "tool_use", name: "get_weather", input: { city: "simulated" } }],
    });
  });

  it("reads a tool's result, and stops at its limit", async () => {
    const results = [
      ...messages,
      { role: "assistant", content: [{ type: "tool_use", id: "1", name: "get_weather", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content: "17 degrees" }] },
    ];
    expect((await json(ask({ messages: results, tools }))).content[0].text).toContain("17 degrees");
    expect((await json(ask({ max_tokens: 1 }))).stop_reason).toBe("max_tokens");
  });

  it("streams named events, thoughts and texts in blocks of their own", async () => {
    const events = await readEvents(ask({ stream: true, model: "simulated/deepseek-r1-8b" }));
    expect(events.map(({ event }) => event)).toEqual(events.map(({ data }) => JSON.parse(data).type));
    const names = events.map(({ event }) => event);
    expect([names[0], names.at(-2), names.at(-1)]).toEqual([
      "message_start",
      "message_delta",
      "message_stop",
    ]);
    const blocks = events.filter(({ event }) => event === "content_block_start");
    expect(blocks.map(({ data }) => JSON.parse(data).content_block.type)).toEqual(["thinking", "text"]);
  });
});
