/** The older completions. */
import { describe, expect, it } from "vitest";
import { json, post, readChunks, readEvents } from "./ask.ts";

const complete = (body: object) => post("/v1/completions", { prompt: "Once upon a time", ...body });

describe("a completion", () => {
  it("is text without a role", async () => {
    const body = await json(complete({}));
    expect(body).toMatchObject({ object: "text_completion", model: "simulated/qwen3-8b", stats: {} });
    expect(body.choices[0].text).toContain("Once upon a time");
    expect(body.choices[0]).toMatchObject({ index: 0, logprobs: null, finish_reason: "stop" });
  });

  it("streams the same text, usage when asked, then [DONE]", async () => {
    const body = { stream: true, stream_options: { include_usage: true } };
    const chunks = await readChunks(complete(body));
    expect(chunks.at(-1).usage.total_tokens).toBeGreaterThan(0);
    const text = chunks.map((chunk) => chunk.choices[0]?.text ?? "").join("");
    expect(text).toBe((await json(complete({}))).choices[0].text);
    expect((await readEvents(complete(body))).at(-1)?.data).toBe("[DONE]");
  });

  it("honours max_tokens and stop", async () => {
    expect((await json(complete({ max_tokens: 2 }))).choices[0].finish_reason).toBe("length");
    expect((await json(complete({ stop: " is" }))).choices[0].text).toBe("This");
  });
});
