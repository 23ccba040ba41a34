/** `n` choices from a box that gives one at a time: several requests, one answer. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let app: TestApp;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) =>
    sendJson(response, 200, chatAnswer(`answer ${upstream.requests.length}`)),
  );
  app = createTestApp({
    backends: { box: { url: upstream.url } },
    model_mapping: { "gpt-4o": "local-chat" },
  });
});
afterEach(() => upstream.stop());

interface Answered {
  readonly model: string;
  readonly choices: { readonly index: number; readonly message: { readonly content: string } }[];
  readonly usage: Record<string, number>;
}

const sentBodies = () =>
  upstream.requests.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);

describe("several choices", () => {
  it("come in one answer by their places, with the prompt counted once", async () => {
    const answer = (await (await app.chat({ n: 3 })).json()) as Answered;
    expect(answer.model).toBe("gpt-4o");
    expect(answer.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(answer.choices.map(({ message }) => message.content)).size).toBe(3);
    expect(answer.usage).toMatchObject({ prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 });
    expect(sentBodies().map(({ n, model }) => [n, model])).toEqual(
      Array.from({ length: 3 }, () => [undefined, "local-chat"]),
    );
    expect(await app.inFlight()).toBe(0);
  });

  it("wait together for a place on another box where the first one fails", async () => {
    const broken = await startUpstream((_request, response) => sendJson(response, 500, { error: "boom" }));
    const held: (() => void)[] = [];
    upstream.handle = (_request, response) => void held.push(() => sendJson(response, 200, chatAnswer()));
    const boxes = createTestApp({
      backends: {
        broken: { url: broken.url },
        box: { url: upstream.url, max_concurrency: 1 },
      },
      model_mapping: { "gpt-4o": "local-chat", other: "other-chat" },
      routing: { policy: "in_order" },
      routes: [{ aliases: ["other"], backends: ["box"] }],
    });
    const ordinary = boxes.chat({ model: "other" });
    await expect.poll(() => held.length).toBe(1);
    const several = boxes.chat({ n: 3 });
    await expect.poll(() => broken.requests.filter(({ method }) => method === "POST").length).toBe(3);
    await expect
      .poll(async () => ((await (await boxes.request("/health")).json()) as { queue: unknown }).queue)
      .toMatchObject({ waiting: 1, running: 1 });
    expect(held).toHaveLength(1);
    held[0]?.();
    expect((await ordinary).status).toBe(200);
    await expect.poll(() => held.length).toBe(4);
    for (const answer of held.slice(1)) answer();
    const response = await several;
    expect([response.status, response.headers.get("x-proxy-backend")]).toEqual([200, "box"]);
    expect(((await response.json()) as Answered).choices).toHaveLength(3);
    expect(await boxes.inFlight()).toBe(0);
    await broken.stop();
  });

  it("come in one stream, with one id, one usage and one [DONE]", async () => {
    upstream.handle = (_request, response) => {
      const own = (frame: string) => frame.replace("chatcmpl-1", `chatcmpl-${upstream.requests.length}x`);
      startEvents(response);
      const usage = '"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":5,"total_tokens":9}';
      response.write(own(chatChunk("a")) + own(chatChunk("b")) + own(chatChunk("", "stop")));
      response.end(
        `data: {"id":"u","object":"chat.completion.chunk","created":1,"model":"local-chat",${usage}}\n\ndata: [DONE]\n\n`,
      );
    };
    const text = await (
      await app.chat({ n: 2, stream: true, stream_options: { include_usage: true } })
    ).text();
    const events = text
      .trimEnd()
      .split("\n\n")
      .map((event) => event.replace("data: ", ""));
    expect(events.at(-1)).toBe("[DONE]");
    const chunks = events.slice(0, -1).map(
      (event) =>
        JSON.parse(event) as {
          id: string;
          choices: { index: number; delta: { content?: string } }[];
          usage: unknown;
        },
    );
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    for (const index of [0, 1]) {
      const own = chunks.flatMap(({ choices }) => choices).filter((choice) => choice.index === index);
      expect(own.map(({ delta }) => delta.content ?? "").join("")).toBe("ab");
    }
    expect(chunks.filter(({ usage }) => usage !== null)).toEqual([
      expect.objectContaining({
        choices: [],
        usage: { prompt_tokens: 4, completion_tokens: 10, total_tokens: 14 },
      }),
    ]);
    expect(await app.inFlight()).toBe(0);
  });

  it("fail as one, and leave no work behind", async () => {
    upstream.handle = (_request, response) => {
      if (upstream.requests.length === 2) sendJson(response, 500, { error: "boom" });
    };
    const response = await app.chat({ n: 3 });
    expect(response.status).toBe(500);
    await Promise.all(upstream.requests.map(({ closed }) => closed));
    expect(await app.inFlight()).toBe(0);
  });

  it("end with one error when one stream is cut", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
      if (upstream.requests.length === 2) setTimeout(() => response.destroy(), 20);
    };
    const text = await (await app.chat({ n: 2, stream: true })).text();
    expect(text.match(/"error":\{/g)).toHaveLength(1);
    expect(text).not.toContain("[DONE]");
    await Promise.all(upstream.requests.map(({ closed }) => closed));
    expect(await app.inFlight()).toBe(0);
  });

  it("are all called off when the client leaves", async () => {
    upstream.handle = () => {};
    const client = new AbortController();
    const answer = app.chat({ n: 2 }, { signal: client.signal });
    const requests = await Promise.all([upstream.received(0), upstream.received(1)]);
    client.abort();
    await Promise.all(requests.map(({ closed }) => closed));
    expect((await answer).status).toBe(499);
  });

  it("are the backend's own business where it knows them", async () => {
    app = createTestApp({ backends: { box: { url: upstream.url, type: "vllm" } } });
    await app.chat({ n: 2, model: "local-chat" });
    expect(sentBodies()).toEqual([expect.objectContaining({ n: 2 })]);
  });
});
