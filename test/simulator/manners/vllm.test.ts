/** vLLM's manners. */
import { describe, expect, it } from "vitest";
import { createSimulator } from "../../../src/simulator/simulator.ts";
import { get, json, post, readChunks, readEvents } from "../ask.ts";

const simulator = createSimulator({ manners: "vllm" });
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
const messages = [{ role: "user", content: "Hi" }];
const send = (path: string, body: object) => post(path, { model, ...body }, ask);
const chat = (body: object) => send("/v1/chat/completions", { messages, ...body });

describe("a whole answer", () => {
  it("has every field that there is, most of them null", async () => {
    const body = await json(chat({}));
    expect(body).toMatchObject({ prompt_logprobs: null, kv_transfer_params: null, system_fingerprint: null });
    expect(body.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/);
    expect(body.choices[0]).toMatchObject({ logprobs: null, stop_reason: null, token_ids: null });
    expect(body.choices[0].message).toMatchObject({ refusal: null, tool_calls: [], reasoning: null });
  });

  it("has thoughts in reasoning, but leaves tags where they are", async () => {
    const apart = (await json(chat({ model: thinker }))).choices[0].message;
    expect(apart.reasoning).toMatch(/^Simulated reasoning/);
    const tagged = (await json(chat({ model: "simulated/qwq-think-tags" }))).choices[0].message;
    expect(tagged).toMatchObject({ content: expect.stringMatching(/^<think>/), reasoning: null });
  });

  it("has null content beside a call, and stop for a call by name", async () => {
    const required = (await json(chat({ tools: [weather], tool_choice: "required" }))).choices[0];
    expect(required).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
    expect(required.message.tool_calls[0].id).toMatch(/^chatcmpl-tool-[0-9a-f]{32}$/);
    const choice = { type: "function", function: { name: "get_weather" } };
    const named = (await json(chat({ tools: [weather], tool_choice: choice }))).choices[0];
    expect(named.finish_reason).toBe("stop");
    expect(named.message.tool_calls).toHaveLength(1);
  });

  it("leaves a call as text where the model has no parser", async () => {
    const asked = { model: "simulated/gemma-3-4b", tools: [weather], tool_choice: "required" };
    const { message } = (await json(chat(asked))).choices[0];
    expect(message.content).toMatch(/^<tool_call>\n\{.*"get_weather".*\}\n<\/tool_call>$/s);
  });

  it("gives several choices and counts them all", async () => {
    const one = await json(chat({}));
    const three = await json(chat({ n: 3 }));
    expect(three.choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1, 2]);
    expect(three.usage.completion_tokens).toBe(3 * one.usage.completion_tokens);
    expect(three.usage.prompt_tokens).toBe(one.usage.prompt_tokens);
  });

  it("knows max_completion_tokens, and tells log probabilities", async () => {
    const asked = { max_completion_tokens: 2, logprobs: true, top_logprobs: 3 };
    const [choice] = (await json(chat(asked))).choices;
    expect(choice.finish_reason).toBe("length");
    expect(choice.logprobs.content).toHaveLength(2);
    expect(choice.logprobs.content[0].top_logprobs).toHaveLength(3);
  });

  it("has a completion's log probabilities in four lists", async () => {
    const body = await json(send("/v1/completions", { prompt: "Hi", logprobs: 1, max_tokens: 2 }));
    const { logprobs, text } = body.choices[0];
    expect(Object.keys(logprobs)).toEqual(["text_offset", "token_logprobs", "tokens", "top_logprobs"]);
    expect(logprobs.tokens.join("")).toBe(text);
    expect(logprobs.text_offset).toEqual([0, logprobs.tokens[0].length]);
  });
});

describe("a stream", () => {
  it("begins with the role and ends with an empty text and its extras", async () => {
    const chunks = await readChunks(chat({ stream: true, model: thinker }));
    expect(chunks[0].choices[0].delta).toEqual({ role: "assistant", content: "" });
    expect(chunks[1].choices[0].delta).toHaveProperty("reasoning");
    expect(chunks.at(-1).choices[0]).toEqual({
      index: 0,
      delta: { content: "" },
      logprobs: null,
      finish_reason: "stop",
      stop_reason: null,
      token_ids: null,
    });
  });

  it("has the call's name first, then pieces of its arguments", async () => {
    const chunks = await readChunks(chat({ stream: true, tools: [weather], tool_choice: "required" }));
    const [first, ...rest] = chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
    expect(first).toMatchObject({ index: 0, type: "function", function: { name: "get_weather" } });
    const args = rest.map((call) => call.function.arguments).join("");
    expect(JSON.parse(args)).toEqual({ city: "simulated" });
  });

  it("tells an error as data with an integer code", async () => {
    const headers = { "x-simulator-fault": "stream-error" };
    const body = { model, messages, stream: true };
    const events = await readEvents(post("/v1/chat/completions", body, { simulator, headers }));
    expect(events.at(-1)?.event).toBeUndefined();
    expect(JSON.parse(events.at(-1)?.data ?? "").error).toMatchObject({ code: 500, param: null });
  });
});

describe("a refusal", () => {
  const long = [{ role: "user", content: "word ".repeat(40_000) }];
  const image = [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }];
  const refused: readonly (readonly [string, object, number, RegExp])[] = [
    [
      "a field of OpenAI's alone",
      { store: true },
      400,
      /'extra_forbidden'.*'store'.*Extra inputs are not permitted/,
    ],
    ["a negative limit", { max_tokens: -1 }, 400, /^max_tokens must be at least 1, got -1\.$/],
    [
      "a role that no template knows",
      { messages: [{ role: "developer", content: "" }] },
      400,
      /Unexpected message role/,
    ],
    [
      "a prompt that is too long",
      { messages: long },
      400,
      /^This model's maximum context length is 32768 tokens/,
    ],
    ["a limit beyond the context", { max_tokens: 40_000 }, 400, /maximum context length/],
    [
      "an image for a blind model",
      { messages: [{ role: "user", content: image }] },
      400,
      /not a multimodal model/,
    ],
    ["an unknown model", { model: "nobody" }, 404, /^The model `nobody` does not exist\.$/],
    ["no messages", { messages: undefined }, 400, /'messages'.*Field required/],
  ];
  for (const [name, body, code, message] of refused) {
    it(`is an object with an integer code: ${name}`, async () => {
      const answer = await chat(body);
      expect(answer.status).toBe(code);
      const { error } = await json(answer);
      expect(error).toEqual({
        message: expect.stringMatching(message),
        type: code === 404 ? "NotFoundError" : "BadRequestError",
        param: null,
        code,
      });
    });
  }

  it("is a text where the key is wrong, and FastAPI's where the route is", async () => {
    const headers = { "x-simulator-fault": "unauthorized" };
    const answer = await post("/v1/chat/completions", {}, { simulator, headers });
    expect([answer.status, await json(answer)]).toEqual([401, { error: "Unauthorized" }]);
    const lost = await send("/v1/moderations", {});
    expect([lost.status, await json(lost)]).toEqual([404, { detail: "Not Found" }]);
  });
});

describe("its probes, lists and vectors", () => {
  it("tell health without a word, the version, and how long a context is", async () => {
    expect(await (await get("/health", ask)).text()).toBe("");
    expect(await json(get("/version", ask))).toEqual({ version: expect.any(String) });
    const { data } = await json(get("/v1/models", ask));
    expect(data[0]).toMatchObject({ id: model, owned_by: "vllm", root: model, max_model_len: 32_768 });
  });

  it("take token ids and pack what is asked to be packed", async () => {
    const asked = { model: embedder, input: [[1, 2], [3]], encoding_format: "base64" };
    const { data, usage } = await json(post("/v1/embeddings", asked, ask));
    expect(data).toHaveLength(2);
    expect(atob(data[0].embedding)).toHaveLength(768 * 4);
    expect(usage.completion_tokens).toBe(0);
  });
});
