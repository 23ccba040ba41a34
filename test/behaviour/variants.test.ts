/** Several models that share the requests for one name, and a model on trial that gets copies. */
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
import { createTestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
const modelOf = (body: Buffer) => (JSON.parse(body.toString()) as { model: string }).model;
beforeEach(async () => {
  upstream = await startUpstream(({ body }, response) =>
    sendJson(response, 200, chatAnswer(`by ${modelOf(body)}`, modelOf(body))),
  );
});
afterEach(() => upstream.stop());

const targets = [{ model: "old", weight: 3 }, { model: "new" }];
const createApp = (split: object, config: Partial<ConfigInput> = {}) =>
  createTestApp({
    backends: { box: { url: upstream.url, type: "openai" } },
    model_mapping: { "gpt-4o": { targets, ...split } },
    ...config,
  });
const variants = async (
  app: ReturnType<typeof createApp>,
  requests: readonly (readonly [Record<string, unknown>, RequestInit?])[],
) =>
  Promise.all(
    requests.map(async ([body, init]) => (await app.chat(body, init)).headers.get("x-proxy-variant")),
  );

const tenOf = <T>(request: T) => Array.from({ length: 10 }, () => request);

describe("a name with weighted targets", () => {
  it("gives each user one target for good, and users in the shares of the weights", async () => {
    const app = createApp({ sticky: "user" });
    const users = Array.from({ length: 200 }, (_, index) => `user-${index}`);
    const once = await variants(
      app,
      users.map((user) => [{ user }]),
    );
    const again = await variants(
      app,
      users.map((user) => [{ user }]),
    );
    expect(again).toEqual(once);
    const share = once.filter((variant) => variant === "new").length / users.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
    expect(new Set(upstream.requests.map(({ body }) => modelOf(body)))).toEqual(new Set(["old", "new"]));
  });

  it("goes by a header, or by the key", async () => {
    const byHeader = createApp({ sticky: "header:x-session" });
    const headers = { "x-session": "s-1" };
    expect(new Set(await variants(byHeader, tenOf([{}, { headers }] as const))).size).toBe(1);
    const key = "sk-one-0123456789abcdef";
    const byKey = createApp({}, { authentication: { enabled: true, valid_api_keys: [key] } });
    const authorised = { headers: { authorization: `Bearer ${key}` } };
    expect(new Set(await variants(byKey, tenOf([{}, authorised] as const))).size).toBe(1);
  });

  it("draws each request anew where nothing tells clients apart", async () => {
    expect(
      new Set(
        await variants(
          createApp({}),
          Array.from({ length: 60 }, () => [{}] as const),
        ),
      ).size,
    ).toBe(2);
  });

  it("tells the variant in the log, and answers under the asked name", async () => {
    const app = createApp({ targets: [{ model: "only" }] });
    const response = await app.chat({});
    expect(await response.json()).toMatchObject({ model: "gpt-4o" });
    expect(app.events.find(({ event }) => event === "request-end")?.fields).toMatchObject({
      variant: "only",
    });
  });
});

describe("a shadow", () => {
  it("gets a copy, and what it does is nothing to the client", async () => {
    const answer = upstream.handle;
    upstream.handle = (request, response, raw) =>
      modelOf(request.body) === "trial" ? void response.destroy() : answer(request, response, raw);
    const app = createApp({ targets: [{ model: "old" }], shadow: { model: "trial" } });
    const response = await app.chat({ temperature: 0.5 });
    expect(await response.text()).toContain("by old");
    await expect.poll(() => app.events.some(({ event }) => event === "shadow-end")).toBe(true);
    const copy = upstream.requests.find(({ body }) => modelOf(body) === "trial");
    expect(JSON.parse(copy?.body.toString() ?? "")).toMatchObject({ temperature: 0.5 });
    expect(await app.inFlight()).toBe(0);
  });

  it("goes behind its client where the box takes one at a time", async () => {
    const app = createApp(
      { targets: [{ model: "old" }], shadow: { model: "trial" } },
      { backends: { box: { url: upstream.url, type: "openai", max_concurrency: 1 } } },
    );
    await (await app.chat({})).text();
    await expect.poll(() => app.events.some(({ event }) => event === "shadow-end")).toBe(true);
    expect(upstream.requests.map(({ body }) => modelOf(body))).toEqual(["old", "trial"]);
  });

  it("adds nothing to its client's tokens", async () => {
    const usage = `data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}\n\n`;
    const end = `${chatChunk("", "stop")}${usage}data: [DONE]\n\n`;
    let endOld = () => {};
    upstream.handle = ({ body }, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
      if (modelOf(body) === "old") endOld = () => void response.end(end);
      else response.end(end);
    };
    const app = createApp({ targets: [{ model: "old" }], shadow: { model: "trial" } });
    const response = await app.chat({ stream: true, stream_options: { include_usage: true } });
    await expect.poll(() => app.events.some(({ event }) => event === "shadow-end")).toBe(true);
    endOld();
    await response.text();
    expect(app.events.find(({ event }) => event === "request-end")?.fields).toMatchObject({
      promptTokens: 10,
      completionTokens: 5,
    });
  });

  it("gets none with a share of 0", async () => {
    const app = createApp({ targets: [{ model: "old" }], shadow: { model: "trial", share: 0 } });
    await app.chat({});
    expect(upstream.requests.map(({ body }) => modelOf(body))).toEqual(["old"]);
  });
});
