/** Embeddings that one box is slow with: a second one is asked, the first answer counts, and nothing is left behind. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import {
  type FakeUpstream,
  sendJson,
  startUpstream,
  type UpstreamHandler,
} from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let slow: FakeUpstream;
let fast: FakeUpstream;
const vectorOf = (size: number): UpstreamHandler =>
  function answer(_request, response) {
    const data = [{ object: "embedding", index: 0, embedding: [size] }];
    sendJson(response, 200, {
      object: "list",
      model: "m",
      data,
      usage: { prompt_tokens: 1, total_tokens: 1 },
    });
  };
const silent: UpstreamHandler = () => {};
const failing: UpstreamHandler = (_request, response) => sendJson(response, 400, { error: "broken input" });

beforeEach(async () => {
  slow = await startUpstream(silent);
  fast = await startUpstream(vectorOf(2));
});
afterEach(() => Promise.all([slow.stop(), fast.stop()]));

async function openApp(hedge = 0.05, more: ConfigInput = {}): Promise<TestApp> {
  const app = createTestApp({
    backends: {
      slow: { url: slow.url, type: "openai", max_concurrency: 1 },
      fast: { url: fast.url, type: "openai", max_concurrency: 1 },
    },
    model_mapping: { "text-embedding-3-small": "text-embedding-local" },
    routing: { policy: "in_order", hedge_embeddings: hedge },
    ...more,
  });
  await app.request("/v1/models");
  return app;
}

const ask = (app: TestApp, init: RequestInit = {}) =>
  app.request("/v1/embeddings", {
    method: "POST",
    body: JSON.stringify({ model: "text-embedding-3-small", input: "text", encoding_format: "float" }),
    ...init,
  });

const ends = (app: TestApp) =>
  app.events.filter(({ event, fields }) => event === "request-end" && fields["path"] === "/v1/embeddings");

it("come from the second, and the first one's work ends", async () => {
  const app = await openApp();
  const response = await ask(app);
  expect(response.headers.get("x-proxy-backend")).toBe("fast");
  expect(await response.json()).toMatchObject({ data: [{ embedding: [2] }] });
  await slow.requests[0]?.closed;
  expect(await app.inFlight()).toBe(0);
  expect(ends(app).map(({ fields }) => [fields["backend"], fields["attempts"]])).toEqual([["fast", 2]]);
});

it("come from the first where it answers in time, or where hedging is off", async () => {
  slow.handle = vectorOf(1);
  expect((await ask(await openApp(5))).headers.get("x-proxy-backend")).toBe("slow");
  slow.handle = (request, response, ...rest) =>
    void setTimeout(() => void vectorOf(1)(request, response, ...rest), 150);
  expect((await ask(await openApp(0))).headers.get("x-proxy-backend")).toBe("slow");
  expect(fast.requests).toHaveLength(0);
});

it("come from the first where the second fails", async () => {
  fast.handle = failing;
  slow.handle = (request, response, ...rest) =>
    void setTimeout(() => void vectorOf(1)(request, response, ...rest), 200);
  const response = await ask(await openApp());
  expect([response.status, response.headers.get("x-proxy-backend")]).toEqual([200, "slow"]);
  expect(fast.requests).toHaveLength(1);
});

it("come from the second where the first fails meanwhile", async () => {
  slow.handle = (request, response, ...rest) =>
    void setTimeout(() => void failing(request, response, ...rest), 100);
  fast.handle = (request, response, ...rest) =>
    void setTimeout(() => void vectorOf(2)(request, response, ...rest), 200);
  expect((await ask(await openApp())).headers.get("x-proxy-backend")).toBe("fast");
});

it("fail as the first did where both do", async () => {
  slow.handle = (_request, response) =>
    void setTimeout(() => sendJson(response, 400, { error: "first words" }), 100);
  fast.handle = failing;
  const app = await openApp();
  const response = await ask(app);
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("first words")]);
  expect(await app.inFlight()).toBe(0);
  expect(ends(app)).toHaveLength(1);
});

it("are not asked for twice where no other box has a place", async () => {
  fast.handle = silent;
  const app = await openApp();
  const busy = [ask(app), ask(app)];
  await expect.poll(() => [slow.requests.length, fast.requests.length]).toEqual([1, 1]);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect([slow.requests.length, fast.requests.length]).toEqual([1, 1]);
  await slow.stop();
  await fast.stop();
  await Promise.all(busy);
});

it("leave no work on either when the client leaves", async () => {
  fast.handle = silent;
  const app = await openApp();
  const client = new AbortController();
  const answer = ask(app, { signal: client.signal });
  await expect.poll(() => fast.requests.length).toBe(1);
  client.abort();
  await Promise.all([slow.requests[0]?.closed, fast.requests[0]?.closed]);
  expect((await answer).status).toBe(499);
  expect(await app.inFlight()).toBe(0);
});
