/** Chat completions as LM Studio sends them. */
import { describe, expect, it } from "vitest";
import { chat, json, post, readChunks, readEvents } from "./ask.ts";

describe("a whole chat completion", () => {
  it("says that it is simulated, and repeats the question", async () => {
    const body = await json(chat("How old is the moon?"));
    expect(body.choices[0].message.content).toMatch(/^This is a simulated answer/);
    expect(body.choices[0].message.content).toContain("How old is the moon?");
    expect(body.system_fingerprint).toBe("simulated/qwen3-8b");
  });

  it("has LM Studio's extras: empty tool_calls, empty stats, null logprobs", async () => {
    const body = await json(chat("Hi"));
    expect(body).toMatchObject({
      object: "chat.completion",
      model: "simulated/qwen3-8b",
      stats: {},
      choices: [
        { index: 0, message: { role: "assistant", tool_calls: [] }, logprobs: null, finish_reason: "stop" },
      ],
    });
    expect(body.id).toMatch(/^chatcmpl-[a-z0-9]{22}$/);
    expect(Number.isInteger(body.created)).toBe(true);
  });

  it("counts its tokens in whole numbers that add up", async () => {
    const { usage } = await json(chat("Hi"));
    expect(usage.completion_tokens).toBeGreaterThan(5);
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  });

  it("answers the same to the same, with letters of several bytes", async () => {
    const [first, second] = await Promise.all([json(chat("Hi")), json(chat("Hi"))]);
    expect(first.choices).toEqual(second.choices);
    expect(first.choices[0].message.content).toMatch(/ü.*こ.*🙂/u);
  });

  it("keeps whole characters when it shortens the question", async () => {
    const body = await json(chat("😀".repeat(300)));
    expect(body.choices[0].message.content.isWellFormed()).toBe(true);
  });

  it("stops at max_tokens, says so, and counts one token less", async () => {
    const body = await json(chat("Hi", { max_tokens: 4 }));
    expect(body.choices[0].finish_reason).toBe("length");
    expect(body.usage.completion_tokens).toBe(3);
  });

  it("takes -1 and null for no limit", async () => {
    const bodies = await Promise.all([-1, null].map((limit) => json(chat("Hi", { max_tokens: limit }))));
    for (const body of bodies) expect(body.choices[0].finish_reason).toBe("stop");
  });

  it("passes over max_completion_tokens, which LM Studio does not document", async () => {
    const body = await json(chat("Hi", { max_completion_tokens: 1 }));
    expect(body.choices[0].finish_reason).toBe("stop");
  });

  it("stops before a stop sequence", async () => {
    const body = await json(chat("Hi", { stop: ["simulated"] }));
    expect(body.choices[0].message.content).toBe("This is a ");
    expect(body.choices[0].finish_reason).toBe("stop");
  });

  it("reads text out of content parts", async () => {
    const content = [{ type: "text", text: "in parts" }];
    const body = await json(post("/v1/chat/completions", { messages: [{ role: "user", content }] }));
    expect(body.choices[0].message.content).toContain("in parts");
  });
});

describe("a streamed chat completion", () => {
  it("has the role in every delta and ends with an empty one, then [DONE]", async () => {
    const events = await readEvents(chat("Hi", { stream: true }));
    expect(events.at(-1)?.data).toBe("[DONE]");
    expect(events.every(({ event }) => event === undefined)).toBe(true);
    const chunks = events.slice(0, -1).map(({ data }) => JSON.parse(data));
    const last = chunks.pop();
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({
        object: "chat.completion.chunk",
        system_fingerprint: "simulated/qwen3-8b",
        choices: [{ index: 0, delta: { role: "assistant" }, logprobs: null, finish_reason: null }],
      });
    }
    expect(last.choices[0]).toEqual({ index: 0, delta: {}, logprobs: null, finish_reason: "stop" });
  });

  it("joins up to the whole answer, under one id", async () => {
    const chunks = await readChunks(chat("Hi", { stream: true }));
    const whole = await json(chat("Hi"));
    const text = chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("");
    expect(text).toBe(whole.choices[0].message.content);
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
  });

  it("tells usage only when asked, in a chunk without choices", async () => {
    const silent = await readChunks(chat("Hi", { stream: true }));
    expect(silent.some((chunk) => "usage" in chunk)).toBe(false);
    const asked = await readChunks(chat("Hi", { stream: true, stream_options: { include_usage: true } }));
    expect(asked.at(-1).choices).toEqual([]);
    expect(asked.at(-1).usage.completion_tokens).toBe(asked.length - 2);
  });

  it("has exactly as many content pieces as a header orders", async () => {
    const chunks = await readChunks(
      chat("Hi", { stream: true }, { headers: { "x-simulator-pieces": "1000" } }),
    );
    expect(chunks.filter((chunk) => chunk.choices[0].delta.content !== undefined)).toHaveLength(1_000);
  });
});

describe("a reasoning model", () => {
  const model = "simulated/deepseek-r1-8b";

  it("thinks in reasoning_content before it answers", async () => {
    const chunks = await readChunks(chat("Hi", { model, stream: true }));
    const kinds = chunks.map((chunk) => Object.keys(chunk.choices[0].delta).at(-1));
    expect(kinds[0]).toBe("reasoning_content");
    expect(kinds.lastIndexOf("reasoning_content")).toBeLessThan(kinds.indexOf("content"));
  });

  it("counts its thoughts apart", async () => {
    const body = await json(chat("Hi", { model }));
    expect(body.choices[0].message.reasoning_content).toMatch(/^Simulated reasoning/);
    expect(body.usage.completion_tokens_details.reasoning_tokens).toBeGreaterThan(0);
  });

  it("puts a structured answer where its thoughts belong", async () => {
    const response_format = { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } };
    const { message } = (await json(chat("Hi", { model, response_format }))).choices[0];
    expect(message).toMatchObject({ content: "", reasoning_content: "{}" });
  });
});
