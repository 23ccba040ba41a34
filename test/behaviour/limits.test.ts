/** A key gets what its limits allow, exactly; what it asks beyond them is refused as OpenAI refuses it. */
import { serve } from "@hono/node-server";
import OpenAI, { RateLimitError } from "openai";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
  type UpstreamHandler,
} from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";
import type { ConfigInput } from "../../src/config/schema.ts";

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
});
afterEach(() => upstream.stop());

type Limits = NonNullable<ConfigInput["default_limits"]>;

const appWith = (limits: Limits, more: ConfigInput = {}) =>
  createTestApp({
    backends: { box: { url: upstream.url, timeout: 0.2 } },
    keys: [
      { name: "team-a", secret: "sk-a", limits },
      { name: "team-b", secret: "sk-b" },
    ],
    ...more,
  });
const asA = { headers: { authorization: "Bearer sk-a" } };
const asB = { headers: { authorization: "Bearer sk-b" } };

function rateHeaders({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-ratelimit-")));
}

describe("requests per minute", () => {
  it("are 60 of 500 that come at once, and the other key's go on", async () => {
    const app = appWith({ requests_per_minute: 60 }, { backends: { box: { url: upstream.url } } });
    const statuses = await Promise.all(
      Array.from({ length: 500 }, async () => (await app.chat({}, asA)).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(60);
    expect(statuses.filter((status) => status === 429)).toHaveLength(440);
    expect(upstream.requests).toHaveLength(60);
    expect((await app.chat({}, asB)).status).toBe(200);
  });

  it("show in the headers of answers and of refusals", async () => {
    const app = appWith({ requests_per_minute: 2, tokens_per_day: 5_000 });
    expect(rateHeaders(await app.chat({ max_tokens: 100 }, asA))).toEqual({
      "x-ratelimit-limit-requests": "2",
      "x-ratelimit-remaining-requests": "1",
      "x-ratelimit-reset-requests": expect.stringMatching(/^(1m0s|59(\.\d+)?s)$/),
      "x-ratelimit-limit-tokens": "5000",
      "x-ratelimit-remaining-tokens": "4900",
      "x-ratelimit-reset-tokens": expect.stringMatching(/^(24h0m0s|23h59m59(\.\d+)?s)$/),
    });
    await app.chat({}, asA);
    const refused = await app.chat({}, asA);
    expect(refused.status).toBe(429);
    expect(rateHeaders(refused)).toMatchObject({
      "x-ratelimit-limit-requests": "2",
      "x-ratelimit-remaining-requests": "0",
    });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(55);
    expect(Number(refused.headers.get("retry-after-ms"))).toBeGreaterThan(55_000);
    expect(refused.headers.has("x-should-retry")).toBe(false);
    expect(await refused.json()).toEqual({
      error: {
        message: expect.stringContaining("key 'team-a' on requests per minute (RPM): Limit 2, Used 2,"),
        type: "requests",
        param: null,
        code: "rate_limit_exceeded",
      },
    });
    expect(rateHeaders(await app.chat({}, asB))).toEqual({});
  });

  it("show on streams too", async () => {
    upstream.handle = wholeStream;
    const response = await appWith({ requests_per_minute: 9 }).chat({ stream: true }, asA);
    expect(rateHeaders(response)).toMatchObject({ "x-ratelimit-remaining-requests": "8" });
    expect(await response.text()).toContain("data: [DONE]");
  });

  it("do not count questions for the models", async () => {
    const app = appWith({ requests_per_minute: 1 });
    for (let count = 0; count < 3; count++) {
      expect((await app.request("/v1/models", asA)).status).toBe(200);
    }
    expect((await app.chat({}, asA)).status).toBe(200);
  });

  it("are those of default_limits where a key has none, and each address's without keys", async () => {
    const limits = { requests_per_minute: 1 };
    const keyed = appWith({ requests_per_minute: 2 }, { default_limits: limits });
    expect([await statusOf(keyed, asA), await statusOf(keyed, asA), await statusOf(keyed, asA)]).toEqual([
      200, 200, 429,
    ]);
    expect([await statusOf(keyed, asB), await statusOf(keyed, asB)]).toEqual([200, 429]);
    let address = "10.0.0.1";
    const open = createTestApp(
      { backends: { box: { url: upstream.url } }, default_limits: limits },
      { clientAddress: () => address },
    );
    expect([await statusOf(open, {}), await statusOf(open, {})]).toEqual([200, 429]);
    address = "10.0.0.2";
    expect(await statusOf(open, {})).toBe(200);
  });
});

async function statusOf(app: ReturnType<typeof createTestApp>, init: RequestInit): Promise<number> {
  return (await app.chat({}, init)).status;
}

const usage = { prompt_tokens: 30, completion_tokens: 40, total_tokens: 70 };
const usageChunk = `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "local-chat", choices: [], usage })}\n\n`;
const wholeStream: UpstreamHandler = (_request, response) => {
  startEvents(response);
  response.end(`${chatChunk("a")}${chatChunk("", "stop")}${usageChunk}data: [DONE]\n\n`);
};

describe("tokens per minute", () => {
  it.each([
    ["a whole answer", false],
    ["a stream whose client did not ask for usage", true],
  ])("are charged as the backend counts them: %s", async (_case, stream) => {
    upstream.handle = stream
      ? wholeStream
      : (_request, response) => sendJson(response, 200, { ...Object(chatAnswer()), usage });
    const app = appWith({ tokens_per_minute: 100 });
    const text = await (await app.chat({ stream }, asA)).text();
    expect(text.includes("prompt_tokens")).toBe(!stream);
    const end = app.events.find(({ event }) => event === "request-end");
    expect(end?.fields).toMatchObject({ promptTokens: 30, completionTokens: 40, principal: "team-a" });
    expect(rateHeaders(await app.chat({ max_tokens: 10 }, asA))).toMatchObject({
      "x-ratelimit-remaining-tokens": "20",
    });
    const refused = await app.chat({ max_tokens: 31 }, asA);
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { type: "tokens" } }]);
  });

  it("are given back where the backend failed", async () => {
    upstream.handle = (_request, response) => sendJson(response, 500, { error: "boom" });
    const app = appWith({ tokens_per_minute: 100 });
    for (let count = 0; count < 3; count++) {
      expect((await app.chat({ max_tokens: 100 }, asA)).status).toBe(500);
    }
  });

  it("beyond the limit in one request are refused before a backend hears of them", async () => {
    const app = appWith({ tokens_per_minute: 100 });
    const refused = await app.chat({ messages: [{ role: "user", content: "x".repeat(500) }] }, asA);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(upstream.requests).toHaveLength(0);
  });
});

describe("requests at the same time", () => {
  it("are as many as allowed of those that come at once", async () => {
    const app = appWith({ concurrency: 4 }, { backends: { box: { url: upstream.url, max_concurrency: 8 } } });
    let highest = 0;
    const held: (() => void)[] = [];
    upstream.handle = (_request, response) => {
      held.push(() => sendJson(response, 200, chatAnswer()));
      highest = Math.max(highest, held.length);
    };
    const answers = Array.from({ length: 50 }, () => app.chat({}, asA));
    await upstream.received(3);
    const refused = await Promise.race(answers);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await app.chat({ model: "" }, asA)).status).toBe(429);
    for (const answer of held) answer();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
    expect(highest).toBe(4);
  });

  const endings: Record<string, UpstreamHandler> = {
    "a good answer": (_request, response) => sendJson(response, 200, chatAnswer()),
    "an error status": (_request, response) => sendJson(response, 500, { error: "boom" }),
    "no JSON": (_request, response) => sendJson(response, 200, "<html>"),
    "a reset": (_request, response) => void response.destroy(),
    silence: () => {},
    "a whole stream": wholeStream,
    "a stream that is cut": (_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
      setImmediate(() => response.destroy());
    },
    "a stream that falls silent": (_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
    },
  };
  for (const [name, handle] of Object.entries(endings)) {
    for (const stream of [false, true]) {
      it(`are none again after ${name}${stream ? ", streaming" : ""}`, async () => {
        const app = appWith({ concurrency: 1 }, { stream: { idle_timeout: 0.2 } });
        upstream.handle = handle;
        await (await app.chat({ stream }, asA)).text();
        upstream.handle = (_request, response) => sendJson(response, 200, chatAnswer());
        expect(await statusOf(app, asA)).toBe(200);
        expect(await statusOf(app, asA)).toBe(200);
      });
    }
  }

  it("are none again after a bad request, an unknown path, a wrong method and a client that left", async () => {
    const app = appWith({ concurrency: 1 }, { backends: { box: { url: upstream.url } } });
    expect((await app.chat({ messages: "none" }, asA)).status).toBe(400);
    expect((await app.request("/v1/chat/completions", asA)).status).toBe(405);
    upstream.handle = (_request, response) => sendJson(response, 404, { error: "no such path" });
    expect((await app.request("/v1/nowhere", asA)).status).toBe(404);
    upstream.handle = () => {};
    const client = new AbortController();
    const seen = upstream.requests.length;
    const left = app.chat({}, { ...asA, signal: client.signal });
    await upstream.received(seen);
    expect(await statusOf(app, asA)).toBe(429);
    client.abort();
    await left;
    upstream.handle = (_request, response) => sendJson(response, 200, chatAnswer());
    expect(await statusOf(app, asA)).toBe(200);
  });

  it("are none again after a reader that left a stream in its middle", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
    };
    const app = appWith({ concurrency: 1 });
    const reader = (await app.chat({ stream: true }, asA)).body?.getReader();
    await reader?.read();
    expect(await statusOf(app, asA)).toBe(429);
    await reader?.cancel();
    upstream.handle = (_request, response) => sendJson(response, 200, chatAnswer());
    expect(await statusOf(app, asA)).toBe(200);
  });
});

describe("OpenAI's own library", () => {
  it("sees a rate limit with its headers, and does not come back for one of a day", async () => {
    const app = appWith({ requests_per_day: 1 });
    const { promise, resolve } = Promise.withResolvers<AddressInfo>();
    const fetchApp = (request: Request) => app.request(new URL(request.url).pathname, request);
    const server = serve({ fetch: fetchApp, port: 0, hostname: "127.0.0.1" }, resolve);
    try {
      const baseURL = `http://127.0.0.1:${(await promise).port}/v1`;
      const client = new OpenAI({ baseURL, apiKey: "sk-a" });
      const ask = () =>
        client.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] });
      const { response } = await ask().withResponse();
      expect(response.headers.get("x-ratelimit-remaining-requests")).toBe("0");
      const refusal: unknown = await ask().catch((thrown: unknown) => thrown);
      expect(refusal).toBeInstanceOf(RateLimitError);
      expect(refusal).toMatchObject({ status: 429, type: "requests", code: "rate_limit_exceeded" });
      const headers = refusal instanceof RateLimitError ? refusal.headers : new Headers();
      expect(headers.get("x-ratelimit-limit-requests")).toBe("1");
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(86_000);
      const ends = app.events.filter(({ event }) => event === "request-end");
      expect(ends.map(({ fields }) => fields["status"])).toEqual([200, 429]);
    } finally {
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });
});
