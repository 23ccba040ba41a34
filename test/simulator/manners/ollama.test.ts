/** Ollama's manners on its OpenAI endpoints. */
import { describe, expect, it } from "vitest";
import { createSimulator } from "../../../src/simulator/simulator.ts";
import { get, json, post, readChunks, readEvents } from "../ask.ts";

const simulator = createSimulator({ manners: "ollama" });
const ask = { simulator };
const model = "simulated/qwen3-8b";
const embedder = "text-embedding-simulated-nomic";
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const messages = [{ role: "user", content: "Hi" }];
const send = (path: string, body: object) => post(path, { model, ...body }, ask);
const chat = (body: object) => send("/v1/chat/completions", { messages, ...body });
const embed = (body: object) => post("/v1/embeddings", { model: embedder, ...body }, ask);

describe("a whole answer", () => {
  it("has these keys in this order, and no logprobs", async () => {
    const body = await json(chat({}));
    expect(Object.keys(body)).toEqual([
      "id",
      "object",
      "created",
      "model",
      "system_fingerprint",
      "choices",
      "usage",
    ]);
    expect(Object.keys(body.choices[0])).toEqual(["index", "message", "finish_reason"]);
    expect(body.system_fingerprint).toBe("fp_ollama");
    expect(body.id).toMatch(/^chatcmpl-\d{1,3}$/);
  });

  it("has thoughts in reasoning, those between tags too", async () => {
    for (const name of ["simulated/deepseek-r1-8b", "simulated/qwq-think-tags"]) {
      const { message } = (await json(chat({ model: name }))).choices[0];
      expect(message.reasoning).toMatch(/^Simulated reasoning/);
      expect(message.content).not.toContain("<think>");
    }
  });

  it("keeps a structured answer in content", async () => {
    const response_format = { type: "json_object" };
    const { message } = (await json(chat({ model: "simulated/deepseek-r1-8b", response_format }))).choices[0];
    expect(message.content).toBe("{}");
  });

  it("ignores n, tool_choice, logprobs and max_completion_tokens", async () => {
    const body = await json(
      chat({ n: 3, tools: [weather], tool_choice: "required", logprobs: true, max_completion_tokens: 1 }),
    );
    expect(body.choices).toHaveLength(1);
    expect(body.choices[0].finish_reason).toBe("stop");
  });

  it("stops at once at an empty stop", async () => {
    const { message, finish_reason } = (await json(chat({ stop: "" }))).choices[0];
    expect([message.content, finish_reason]).toEqual(["", "stop"]);
  });

  it("counts no more of a prompt than fits, and says nothing", async () => {
    const long = [{ role: "user", content: "word ".repeat(10_000) }];
    const answer = await chat({ messages: long });
    expect(answer.status).toBe(200);
    expect((await json(answer)).usage.prompt_tokens).toBe(4_096);
  });
});

describe("a stream", () => {
  it("has role and content in every delta, and reasoning before", async () => {
    const chunks = await readChunks(chat({ stream: true, model: "simulated/deepseek-r1-8b" }));
    for (const { choices } of chunks) {
      expect(choices[0].delta).toMatchObject({ role: "assistant", content: expect.any(String) });
    }
    expect(chunks[0].choices[0].delta.reasoning).toMatch(/^Simul/);
    expect(chunks.at(-1).choices[0]).toEqual({
      index: 0,
      delta: { role: "assistant", content: "" },
      finish_reason: "stop",
    });
  });

  it("brings a call whole, in one chunk", async () => {
    const asked = { stream: true, tools: [weather], messages: [{ role: "user", content: "the weather" }] };
    const chunks = await readChunks(chat(asked));
    const calls = chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
    expect(calls).toEqual([
      {
        id: expect.stringMatching(/^call_[0-9a-z]{8}$/),
        index: 0,
        type: "function",
        function: { name: "get_weather", arguments: '{"city":"simulated"}' },
      },
    ]);
    expect(chunks.at(-1).choices[0].finish_reason).toBe("tool_calls");
  });

  it("ends with usage where it is asked for, then [DONE]", async () => {
    const events = await readEvents(chat({ stream: true, stream_options: { include_usage: true } }));
    expect(events.at(-1)?.data).toBe("[DONE]");
    expect(JSON.parse(events.at(-2)?.data ?? "")).toMatchObject({ choices: [], usage: {} });
  });

  it("tells an error as a text", async () => {
    const headers = { "x-simulator-fault": "stream-error" };
    const body = { model, messages, stream: true };
    const events = await readEvents(post("/v1/chat/completions", body, { simulator, headers }));
    expect(JSON.parse(events.at(-1)?.data ?? "").error).toBeTypeOf("string");
  });
});

describe("a refusal", () => {
  const tool = (content: unknown) => [...messages, { role: "tool", tool_call_id: "1", content }];
  const image = [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }];
  const refused: readonly (readonly [string, string, object, number, string])[] = [
    [
      "an unknown model",
      "/v1/chat/completions",
      { model: "nobody", messages },
      404,
      "model 'nobody' not found",
    ],
    ["no model", "/v1/chat/completions", { model: undefined, messages }, 400, "model is required"],
    ["no messages", "/v1/chat/completions", {}, 400, "[] is too short - 'messages'"],
    [
      "content of null",
      "/v1/chat/completions",
      { messages: [{ role: "assistant", content: null }] },
      400,
      "invalid message content type: <nil>",
    ],
    [
      "a tool's result that is an object",
      "/v1/chat/completions",
      { messages: tool({ celsius: 17 }) },
      400,
      "invalid message content type: map[string]interface {}",
    ],
    [
      "an image at a web address",
      "/v1/chat/completions",
      { messages: [{ role: "user", content: image }] },
      400,
      "invalid image input",
    ],
    [
      "tools for a model that knows none",
      "/v1/chat/completions",
      { model: "simulated/gemma-3-4b", messages, tools: [weather] },
      400,
      "registry.ollama.ai/library/simulated/gemma-3-4b does not support tools",
    ],
    [
      "a list of prompts",
      "/v1/completions",
      { prompt: ["one", "two"] },
      400,
      "json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string",
    ],
    ["token ids", "/v1/embeddings", { model: embedder, input: [1, 2] }, 400, "invalid input type"],
    [
      "an embedding of a chat model",
      "/v1/embeddings",
      { input: "Hi" },
      400,
      `"${model}" does not support embeddings`,
    ],
  ];
  for (const [name, path, body, status, message] of refused) {
    it(`has OpenAI's object: ${name}`, async () => {
      const answer = await send(path, body);
      const type = status === 404 ? "not_found_error" : "invalid_request_error";
      expect([answer.status, await json(answer)]).toEqual([
        status,
        { error: { message, type, param: null, code: null } },
      ]);
    });
  }

  it("is a 403 without a word for a page of another host", async () => {
    for (const [origin, status] of [
      ["null", 403],
      ["https://example.com", 403],
      ["http://localhost:3000", 200],
    ] as const) {
      const answer = await get("/v1/models", { simulator, headers: { origin } });
      expect([origin, answer.status]).toEqual([origin, status]);
    }
  });

  it("is a plain page for a route that is not there", async () => {
    const answer = await send("/v1/messages", { messages });
    expect([answer.status, await answer.text()]).toEqual([404, "404 page not found"]);
  });
});

describe("embeddings", () => {
  it("are as short as is asked, of length one, and packed where that is asked", async () => {
    const short = await json(embed({ input: "Hi", dimensions: 8 }));
    expect(short.data[0].embedding).toHaveLength(8);
    expect(Math.hypot(...short.data[0].embedding)).toBeCloseTo(1, 6);
    const packed = await json(embed({ input: "Hi", encoding_format: "base64" }));
    expect(atob(packed.data[0].embedding)).toHaveLength(768 * 4);
    expect(packed.usage.prompt_tokens).toBe(1);
  });
});

describe("its probes and lists", () => {
  it("tell the version, the tags and what runs", async () => {
    expect(await json(get("/api/version", ask))).toEqual({ version: expect.any(String) });
    const { models } = await json(get("/api/tags", ask));
    expect(models[0].name).toBe(model);
    expect((await json(get("/api/ps", ask))).models.length).toBeLessThan(models.length);
    expect(await (await get("/", ask)).text()).toBe("Ollama is running");
  });

  it("have models with a time, of one owner", async () => {
    const { data } = await json(get("/v1/models", ask));
    expect(data[0]).toEqual({ id: model, object: "model", created: expect.any(Number), owned_by: "library" });
    expect(await json(get(`/v1/models/${model}`, ask))).toEqual(data[0]);
    expect((await get("/v1/models/nobody", ask)).status).toBe(404);
  });

  it("say application/json and nothing of the server", async () => {
    const { headers } = await chat({});
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.has("etag") || headers.has("x-powered-by") || headers.has("server")).toBe(false);
  });
});
