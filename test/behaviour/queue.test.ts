/** Requests wait for places on backends: bounded, fair between keys, and gone at once when their client leaves. */
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
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
/** What the backend has begun and not yet answered. */
let open: { readonly text: string; readonly response: ServerResponse }[] = [];
beforeEach(async () => {
  open = [];
  upstream = await startUpstream(({ body }, response) => {
    const { messages } = JSON.parse(body.toString()) as { messages: { content: string }[] };
    open.push({ text: messages[0]?.content ?? "", response });
  });
});
afterEach(() => upstream.stop());

const keys = ["sk-one-0123456789abcdef", "sk-two-0123456789abcdef"] as const;
const createApp = (box: object = {}, config: Partial<ConfigInput> = {}) =>
  createTestApp({
    backends: { box: { url: upstream.url, max_concurrency: 1, ...box } },
    model_mapping: { "gpt-4o": "local-chat" },
    ...config,
  });
const ask = (app: TestApp, text: string, init: RequestInit = {}, body = {}) =>
  app.chat({ messages: [{ role: "user", content: text }], ...body }, init);
const answerNext = async () => {
  await expect.poll(() => open.length).toBeGreaterThan(0);
  const next = open.shift();
  if (next !== undefined) sendJson(next.response, 200, chatAnswer(next.text));
  return next?.text;
};
const depthOf = async (app: TestApp) =>
  ((await (await app.request("/health")).json()) as { queue: { waiting: number; running: number } }).queue;

describe("a busy backend", () => {
  it("gets no more at once than it has places, and everybody is answered in turn", async () => {
    const app = createApp({ max_concurrency: 2 });
    const answers = ["a", "b", "c", "d"].map((text) => ask(app, text));
    await expect.poll(() => depthOf(app)).toEqual({ waiting: 2, running: 2 });
    await expect.poll(() => open.map(({ text }) => text)).toEqual(["a", "b"]);
    for (const _answer of answers) await answerNext();
    const texts = await Promise.all(answers.map(async (answer) => (await answer).text()));
    expect(texts.map((text) => /"content":"(.)"/.exec(text)?.[1])).toEqual(["a", "b", "c", "d"]);
    expect(await depthOf(app)).toEqual({ waiting: 0, running: 0 });
    expect(await app.inFlight()).toBe(0);
  });

  it("is shared fairly: one request of a key waits for no flood of another's", async () => {
    const app = createApp({}, { authentication: { enabled: true, valid_api_keys: [...keys] } });
    const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    const flood = Array.from({ length: 10 }, (_, index) => ask(app, `flood ${index}`, as(keys[0])));
    await expect.poll(() => depthOf(app)).toMatchObject({ waiting: 9 });
    const single = ask(app, "single", as(keys[1]));
    await expect.poll(() => depthOf(app)).toMatchObject({ waiting: 10 });
    const order: (string | undefined)[] = [];
    for (let answered = 0; answered < 11; answered++) order.push(await answerNext());
    expect(order.indexOf("single")).toBeLessThanOrEqual(2);
    await Promise.all([...flood, single]);
  });

  it("answers 429 with retry-after when the queue is full", async () => {
    const app = createApp({}, { queue: { max_size: 1 } });
    const taken = [ask(app, "runs"), ask(app, "waits")];
    await expect.poll(() => depthOf(app)).toEqual({ waiting: 1, running: 1 });
    const refused = await ask(app, "too many");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ error: { type: "requests", code: "rate_limit_exceeded" } });
    await answerNext();
    await answerNext();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("never sees the request of a client that left the queue", async () => {
    const app = createApp();
    const first = ask(app, "first");
    await expect.poll(() => open.length).toBe(1);
    const leaving = new AbortController();
    const left = ask(app, "left", { signal: leaving.signal });
    const last = ask(app, "last");
    await expect.poll(() => depthOf(app)).toEqual({ waiting: 2, running: 1 });
    leaving.abort();
    await expect.poll(() => depthOf(app)).toEqual({ waiting: 1, running: 1 });
    expect(await answerNext()).toBe("first");
    expect(await answerNext()).toBe("last");
    await Promise.allSettled([first, left, last]);
    expect(upstream.requests).toHaveLength(2);
  });

  it("answers 503 to who waited too long", async () => {
    const app = createApp({}, { queue: { max_wait: 0.05 } });
    const first = ask(app, "first");
    await expect.poll(() => open.length).toBe(1);
    const second = await ask(app, "second");
    expect(second.status).toBe(503);
    expect(await second.json()).toMatchObject({ error: { code: "queue_timeout" } });
    await answerNext();
    expect((await first).status).toBe(200);
  });

  it("keeps a waiting stream open with comments", async () => {
    const app = createApp({}, { stream: { heartbeat: 0.02 } });
    const first = ask(app, "first");
    await expect.poll(() => open.length).toBe(1);
    const streamed = await ask(app, "second", {}, { stream: true });
    expect(streamed.status).toBe(200);
    const text = streamed.text();
    await answerNext();
    await first;
    await expect.poll(() => open.length).toBe(1);
    const [waiting] = open.splice(0);
    if (waiting !== undefined) {
      startEvents(waiting.response);
      waiting.response.end(`${chatChunk("hello")}${chatChunk("", "stop")}data: [DONE]\n\n`);
    }
    expect(await text).toMatch(/^: .*\n\n[^]*hello[^]*\[DONE\]/);
  });

  it("answers several choices on one place, streamed too", async () => {
    const app = createApp();
    const answer = ask(app, "three", {}, { n: 3, stream: true });
    await expect.poll(() => open.length).toBe(3);
    for (const { response } of open.splice(0)) {
      startEvents(response);
      response.end(`${chatChunk("hi")}${chatChunk("", "stop")}data: [DONE]\n\n`);
    }
    const text = await (await answer).text();
    expect(new Set(text.match(/"index":\d/g))).toEqual(new Set(['"index":0', '"index":1', '"index":2']));
    expect(await depthOf(app)).toEqual({ waiting: 0, running: 0 });
  });
});
