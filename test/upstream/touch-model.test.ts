import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import type { ModelKind } from "../../src/protocol/openai/models.ts";
import { touchModel } from "../../src/upstream/touch-model.ts";
import { createFakeClock, createFakeRuntime } from "../support/fake-runtime.ts";

async function touch(kind: ModelKind, answer: Response) {
  const [backend] = createPlan(
    parseConfig({ backends: { box: { url: "http://box", api_key: "box-key" } } }),
  ).backends;
  if (backend === undefined) throw new Error("A plan without backends.");
  const asked: unknown[] = [];
  const clock = createFakeClock();
  const runtime = createFakeRuntime(clock, {
    async fetch(url, { body, headers }) {
      const text = new TextDecoder().decode(body instanceof Uint8Array ? body : undefined);
      asked.push([url, JSON.parse(text), headers.get("authorization"), headers.get("x-request-id")]);
      return answer;
    },
  });
  const order = { backend, model: "m", kind, requestId: "keep-warm" };
  const refusal = await touchModel(order, runtime, new AbortController().signal);
  expect(clock.pending).toBe(0);
  return { asked, refusal };
}

describe("a touch", () => {
  it("asks a chat model for one token, with the box's key", async () => {
    const { asked, refusal } = await touch("chat", Response.json({ choices: [] }));
    const messages = [{ role: "user", content: "Hi" }];
    const body = { model: "m", messages, max_tokens: 1, stream: false };
    expect(asked).toEqual([["http://box/v1/chat/completions", body, "Bearer box-key", "keep-warm"]]);
    expect(refusal).toBeUndefined();
  });

  it("asks an embedding model for one vector", async () => {
    const { asked, refusal } = await touch("embedding", Response.json({ data: [] }));
    expect(asked).toEqual([
      ["http://box/v1/embeddings", { model: "m", input: "Hi" }, "Bearer box-key", "keep-warm"],
    ]);
    expect(refusal).toBeUndefined();
  });

  it.each([
    ["a status of failure", Response.json({ choices: [] }, { status: 500 }), 500],
    ["an error with the status of success", Response.json({ error: "No room." }), 200],
    ["a web page", new Response("<html>"), 200],
  ])("is refused by %s", async (_title, answer, status) => {
    expect((await touch("chat", answer)).refusal).toMatchObject({ status });
  });
});
