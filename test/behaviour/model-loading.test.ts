/** A model that has to be loaded first: one load for all who wait, told in their streams, called off by the last who leaves. */
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  type ReceivedRequest,
  sendJson,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

/** Lets the load end. */
let load: PromiseWithResolvers<{ readonly status: number; readonly body: unknown }>;
let isLoaded: boolean;
let box: FakeUpstream;

const isTouch = ({ body }: ReceivedRequest) => body.includes('"max_tokens":1,');
const touches = () => box.requests.filter(isTouch);

beforeEach(async () => {
  load = Promise.withResolvers();
  isLoaded = false;
  box = await startUpstream((request, response) => {
    if (request.url === "/api/v0/models") {
      const data = [
        { id: "local-chat", type: "llm", state: isLoaded ? "loaded" : "not-loaded" },
        { id: "ready-chat", type: "llm", state: "loaded" },
      ];
      return sendJson(response, 200, { object: "list", data });
    }
    if (request.url.endsWith("/models")) return sendJson(response, 200, { error: "Unexpected endpoint" });
    if (isTouch(request)) {
      return answerTouch(response);
    }
    const { stream } = JSON.parse(request.body.toString()) as { stream?: boolean };
    if (stream !== true) return sendJson(response, 200, chatAnswer());
    startEvents(response);
    response.end(`${chatChunk("a")}${chatChunk("", "stop")}data: [DONE]\n\n`);
  });
  box.models = undefined;
});
afterEach(() => box.stop());

async function answerTouch(response: ServerResponse): Promise<void> {
  const { status, body } = await load.promise;
  isLoaded = status === 200;
  sendJson(response, status, body);
}

async function openApp(config: ConfigInput = {}, settings = {}) {
  const backends = { gpu1: { url: box.url, max_concurrency: 50, ...settings } };
  const app = createTestApp({ backends, model_mapping: { "gpt-4o": "local-chat" }, ...config });
  await app.request("/v1/models");
  return app;
}

const done = { status: 200, body: chatAnswer() };

describe("requests for a model that is not loaded", () => {
  it("wait for one load, twenty of them, and then go their way", async () => {
    const app = await openApp();
    const answers = Array.from({ length: 20 }, () => app.chat({}));
    await expect.poll(() => touches().length).toBe(1);
    expect(box.requests.filter(({ url }) => url.endsWith("/completions"))).toHaveLength(1);
    load.resolve(done);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(touches()).toHaveLength(1);
    expect((await app.chat({})).status).toBe(200);
    expect(touches()).toHaveLength(1);
    expect(await app.inFlight()).toBe(0);
  });

  it("are told how far it is, in comments of their streams", async () => {
    const app = await openApp({ stream: { heartbeat: 0.05 } });
    const response = await app.chat({ stream: true });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe(": loading local-chat on gpu1, 0 s\n\n");
    load.resolve(done);
    let text = "";
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read())
      text += next.value;
    expect(text).toContain('"content":"a"');
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("call it off when the last of them leaves, and not before", async () => {
    const app = await openApp();
    const clients = [new AbortController(), new AbortController()];
    const answers = clients.map(({ signal }) => app.chat({}, { signal }).catch(() => undefined));
    await expect.poll(() => touches().length).toBe(1);
    let isClosed = false;
    void touches()[0]?.closed.then(() => (isClosed = true));
    clients[0]?.abort();
    await answers[0];
    expect(isClosed).toBe(false);
    clients[1]?.abort();
    await touches()[0]?.closed;
    await Promise.all(answers);
    expect(await app.inFlight()).toBe(0);
  });

  it("hear together why it failed, and the box is not taken for ill", async () => {
    const app = await openApp();
    const answers = Array.from({ length: 5 }, () => app.chat({}));
    await expect.poll(() => touches().length).toBe(1);
    load.resolve({ status: 400, body: { error: "Failed to load model: not enough memory" } });
    for (const answer of await Promise.all(answers)) {
      expect(await answer.json()).toMatchObject({ error: { code: "model_load_failed" } });
    }
    expect(touches()).toHaveLength(1);
    isLoaded = true;
    await app.request("/v1/models");
    expect(await (await app.request("/health")).json()).toMatchObject({ status: "ok" });
  });

  it("are sent at once where the operator leaves loading to the box", async () => {
    const app = await openApp({}, { load_first: false });
    expect((await app.chat({})).status).toBe(200);
    expect(touches()).toHaveLength(0);
  });
});

describe("a load that takes too long", () => {
  it("sends those who waited elsewhere, and is not held against the box", async () => {
    const other = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
    other.models = ["local-chat", "ready-chat"];
    const app = createTestApp({
      backends: {
        gpu1: { url: box.url, max_concurrency: 50, timeout: 0.1 },
        gpu2: { url: other.url, max_concurrency: 50, type: "openai" },
      },
      routing: { policy: "in_order" },
      routes: [{ backends: ["gpu1", "gpu2"] }],
      model_mapping: { "gpt-4o": "local-chat", "ready-chat": "ready-chat" },
    });
    await app.request("/v1/models");
    const answers = await Promise.all(Array.from({ length: 5 }, () => app.chat({})));
    expect(answers.map(({ headers }) => headers.get("x-proxy-backend"))).toEqual(Array(5).fill("gpu2"));
    expect((await app.chat({ model: "ready-chat" })).headers.get("x-proxy-backend")).toBe("gpu1");
    await other.stop();
  });
});

it("does not count the load against the time for a first byte", async () => {
  const app = await openApp({ request: { max_retries: 0 } }, { timeout: 0.3 });
  const answer = app.chat({});
  await expect.poll(() => touches().length).toBe(1);
  // The load itself is bounded by the same time, so it ends just before.
  setTimeout(() => load.resolve(done), 200);
  expect((await answer).status).toBe(200);
});

it("tells those who wait for a place how many are before them", async () => {
  isLoaded = true;
  const held: (() => void)[] = [];
  const app = await openApp({ stream: { heartbeat: 0.05 } }, { max_concurrency: 1 });
  const handle = box.handle;
  box.handle = (request, response, ...rest) => void held.push(() => void handle(request, response, ...rest));
  const first = app.chat({});
  await expect.poll(() => held.length).toBe(1);
  const waiting = [await app.chat({ stream: true }), await app.chat({ stream: true })];
  const [one, two] = waiting.map((response) =>
    response.body?.pipeThrough(new TextDecoderStream()).getReader(),
  );
  expect((await one?.read())?.value).toBe(": waiting for a place, 0 before you\n\n");
  expect((await two?.read())?.value).toBe(": waiting for a place, 1 before you\n\n");
  box.handle = handle;
  for (const go of held) go();
  expect((await first).status).toBe(200);
  await Promise.all([one?.cancel(), two?.cancel()]);
});
