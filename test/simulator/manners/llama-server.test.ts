/** llama-server's manners, held against what a real one was recorded to answer. */
import { describe, expect, it } from "vitest";
import { createSimulator } from "../../../src/simulator/simulator.ts";
import { chat, get, json, post, readChunks } from "../ask.ts";
import { eventShapes, recorded, shapeOf } from "./shape.ts";

const simulator = createSimulator({ manners: "llama-server" });
const ask = { simulator };
const model = "simulated/qwen3-8b";
const thinker = "simulated/deepseek-r1-8b";
const embedder = "text-embedding-simulated-nomic";
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const clock = { type: "function", function: { name: "get_time", parameters: { type: "object" } } };
const tools = { tools: [weather, clock] };
const whole = (path: string, body: object) => json(post(path, body, ask));
const stream = async (path: string, body: object) =>
  (await post(path, { ...body, stream: true }, ask)).text();
const messages = [{ role: "user", content: "Hi" }];

describe("an answer has the recorded keys in their order", () => {
  const answers: readonly (readonly [fixture: string, path: string, body: object])[] = [
    ["chat.json", "/v1/chat/completions", { messages }],
    ["completion.json", "/v1/completions", { prompt: "Hi" }],
    ["emb.json", "/v1/embeddings", { input: "Hi" }],
    ["responses.json", "/v1/responses", { input: "Hi" }],
  ];
  for (const [fixture, path, body] of answers) {
    it(`in ${fixture}`, async () => {
      expect(shapeOf(await whole(path, body))).toEqual(shapeOf(JSON.parse(recorded(fixture))));
    });
  }

  it("tools-required.json, apart from the text before the call", async () => {
    const answer = await whole("/v1/chat/completions", { messages, ...tools, tool_choice: "required" });
    expect(shapeOf(answer)).toEqual(shapeOf(JSON.parse(recorded("tools-required.json"))));
    expect(answer.choices[0].message.tool_calls[0].id).toMatch(/^[0-9A-Za-z]{32}$/);
  });

  it("models.json, with the state of router mode behind it", async () => {
    const body = await json(get("/v1/models", ask));
    const data = body.data.map(({ status: _status, ...entry }: { status: object }) => entry);
    const expected = JSON.parse(recorded("models.json"));
    expect(shapeOf({ ...body, data })).toEqual(shapeOf(expected));
    expect(body.data[0]).toMatchObject({ owned_by: "llamacpp", status: { value: "loaded" } });
  });
});

describe("a stream has the recorded kinds of chunks", () => {
  const streams: readonly (readonly [fixture: string, path: string, body: object])[] = [
    ["chat-stream.sse", "/v1/chat/completions", { messages }],
    ["chat-stream-usage.sse", "/v1/chat/completions", { messages, stream_options: { include_usage: true } }],
    ["think-stream.sse", "/v1/chat/completions", { messages, model: thinker }],
    ["completion-stream.sse", "/v1/completions", { prompt: "Hi" }],
    ["responses-stream.sse", "/v1/responses", { input: "Hi" }],
    ["messages-stream.sse", "/v1/messages", { messages, max_tokens: 6 }],
  ];
  for (const [fixture, path, body] of streams) {
    it(`in ${fixture}`, async () => {
      expect(eventShapes(await stream(path, body))).toEqual(eventShapes(recorded(fixture)));
    });
  }

  it("tools-parallel-stream.sse, apart from the text before the call", async () => {
    const shapes = eventShapes(
      await stream("/v1/chat/completions", { messages, ...tools, tool_choice: "required" }),
    );
    const expected = eventShapes(recorded("tools-parallel-stream.sse"));
    expect(shapes).toEqual(expected.filter((shape) => !shape.includes('["content","string"]')));
  });

  it("responses-tools-stream.sse, apart from the text before the call", async () => {
    const names = (text: string) => eventShapes(text).map((shape) => shape.split(" ", 1)[0]);
    const flat = [{ type: "function", ...weather.function }];
    const events = names(
      await stream("/v1/responses", { input: "Hi", tools: flat, tool_choice: "required" }),
    );
    const expected = names(recorded("responses-tools-stream.sse"));
    expect(expected).toEqual(expect.arrayContaining([...events]));
    expect(events).toContain("response.function_call_arguments.delta");
  });

  it("chat-stream-usage.sse, whose first and last chunks share a read with their neighbours", async () => {
    const body = { messages, stream: true, stream_options: { include_usage: true } };
    const answer = await post("/v1/chat/completions", body, ask);
    const reads = await Array.fromAsync(answer.body?.pipeThrough(new TextDecoderStream()) ?? []);
    const frames = reads.map((read) => read.match(/^data: /gm)?.length);
    expect([frames.at(0), frames.at(1), frames.at(-2), frames.at(-1)]).toEqual([2, 1, 2, 1]);
  });

  it("chat-n2-stream.sse, where the second choice comes first", async () => {
    const chunks = await readChunks(post("/v1/chat/completions", { messages, n: 2, stream: true }, ask));
    expect(chunks.slice(0, 4).map((chunk) => chunk.choices[0].index)).toEqual([1, 0, 1, 0]);
    expect(chunks.filter((chunk) => chunk.choices[0].finish_reason === "stop")).toHaveLength(2);
  });
});

describe("a refusal is the recorded one", () => {
  const image = [
    { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64," } }] },
  ];
  const long = [{ role: "user", content: "word ".repeat(40_000) }];
  const refused: readonly (readonly [fixture: string, path: string, body: object, status: number])[] = [
    ["notfound.json", "/v1/moderations", {}, 404],
    ["chat-image-unsupported.json", "/v1/chat/completions", { messages: image }, 500],
    ["err-context.json", "/v1/chat/completions", { messages: long }, 400],
    ["err-context.json", "/v1/chat/completions", { messages: long, stream: true }, 400],
  ];
  for (const [fixture, path, body, status] of refused) {
    it(`${fixture} for POST ${path}`, async () => {
      const answer = await post(path, body, ask);
      expect(answer.status).toBe(status);
      const expected = JSON.parse(recorded(fixture));
      const { error } = await json(answer);
      expect(shapeOf(error)).toEqual(shapeOf(expected.error));
      expect(error).toMatchObject({ code: expected.error.code, type: expected.error.type });
    });
  }

  it("err-bad-json.json: 500 for a body that is no JSON", async () => {
    const request = new Request("http://simulator/v1/chat/completions", { method: "POST", body: "{" });
    const answer = await simulator.fetch(request);
    expect(answer.status).toBe(500);
    expect(shapeOf(await json(answer))).toEqual(shapeOf(JSON.parse(recorded("err-bad-json.json"))));
  });

  it("auth-missing.json, where it is ordered", async () => {
    const headers = { "x-simulator-fault": "unauthorized" };
    const answer = await chat("Hi", {}, { simulator, headers });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toBe(recorded("auth-missing.json"));
  });

  const words: readonly (readonly [path: string, body: object, message: string])[] = [
    ["/v1/chat/completions", {}, "'messages' is required"],
    ["/v1/chat/completions", { messages: "Hi" }, "Expected 'messages' to be an array"],
    [
      "/v1/chat/completions",
      { messages, n: 9 },
      "Field 'n': Value must be between 1 <= value <= 4, but got 9",
    ],
    [
      "/v1/chat/completions",
      { messages, tools: [weather], tool_choice: "maybe" },
      "Invalid tool_choice: maybe",
    ],
    [
      "/v1/responses",
      { input: "Hi", previous_response_id: "resp_1" },
      "llama.cpp does not support 'previous_response_id'.",
    ],
    ["/v1/embeddings", {}, '"input" or "content" must be provided'],
  ];
  for (const [path, body, message] of words) {
    it(`says ${message}`, async () => {
      const answer = await post(path, body, ask);
      expect([answer.status, await json(answer)]).toEqual([
        400,
        { error: { code: 400, message, type: "invalid_request_error" } },
      ]);
    });
  }
});

describe("what it takes without a word", () => {
  it("answers an unknown model with its first", async () => {
    expect((await json(chat("Hi", { model: "gpt-4o" }, ask))).model).toBe(model);
    expect((await json(post("/v1/embeddings", { model: "nobody", input: "Hi" }, ask))).model).toBe(embedder);
  });

  it("takes a tool_choice object for auto", async () => {
    const choice = { type: "function", function: { name: "get_weather" } };
    const body = await json(chat("Hi", { ...tools, tool_choice: choice }, ask));
    expect(body.choices[0].finish_reason).toBe("stop");
  });

  it("lets the schema win over required tools", async () => {
    const response_format = { type: "json_schema", json_schema: { schema: { type: "object" } } };
    const body = await json(chat("Hi", { ...tools, tool_choice: "required", response_format }, ask));
    expect(body.choices[0].message).toEqual({ role: "assistant", content: "{}" });
  });

  it("counts one choice of two, and gives a token for none", async () => {
    const one = await json(chat("Hi", {}, ask));
    const two = await json(chat("Hi", { n: 2 }, ask));
    expect(two.choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1]);
    expect(two.usage).toEqual(one.usage);
    expect((await json(chat("Hi", { max_tokens: 0 }, ask))).usage.completion_tokens).toBe(1);
  });

  it("ignores dimensions, and packs base64 and token ids", async () => {
    const floats = await json(post("/v1/embeddings", { input: [1, 2], dimensions: 8 }, ask));
    expect(floats.data[0].embedding).toHaveLength(768);
    const packed = await json(post("/v1/embeddings", { input: "Hi", encoding_format: "base64" }, ask));
    expect(packed.data[0]).toMatchObject({ encoding_format: "base64" });
    expect(atob(packed.data[0].embedding)).toHaveLength(768 * 4);
  });

  it("tells log probabilities of completions in chat's form", async () => {
    const body = await json(post("/v1/completions", { prompt: "Hi", logprobs: 2, max_tokens: 1 }, ask));
    const [entry] = body.choices[0].logprobs.content;
    expect(Object.keys(entry)).toEqual(["id", "token", "bytes", "logprob", "top_logprobs"]);
    expect(entry.top_logprobs).toHaveLength(2);
  });

  it("counts tokens for Anthropic's clients", async () => {
    const body = await json(post("/v1/messages/count_tokens", { messages }, ask));
    expect(body).toEqual({ input_tokens: 2 });
  });
});

describe("its probes and headers", () => {
  it("answers health, props and metrics", async () => {
    expect(await json(get("/health", ask))).toEqual({ status: "ok" });
    expect(await json(get("/props", ask))).toHaveProperty("default_generation_settings");
    expect((await get("/metrics", ask)).status).toBe(501);
    expect((await get("/v1/chat/completions", ask)).status).toBe(404);
  });

  it("names the server, and has an empty CORS header", async () => {
    const { headers } = await chat("Hi", {}, ask);
    expect(headers.get("server")).toBe("llama.cpp");
    expect(headers.get("access-control-allow-origin")).toBe("");
    expect(headers.has("etag") || headers.has("x-powered-by")).toBe(false);
  });
});
