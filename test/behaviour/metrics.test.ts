/** What /metrics tells of requests and of how things stand, and to whom. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { type ConfigInput } from "../../src/config/schema.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createPrometheusMetrics } from "../../src/observe/prometheus.ts";
import { createPortableRuntime } from "../../src/runtime.ts";
import { createState } from "../../src/state.ts";
import {
  chatAnswer,
  chatChunk,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
});
afterEach(() => upstream.stop());

function openApp(config: ConfigInput = {}) {
  const runtime = createPortableRuntime("test");
  const state = createState(runtime, createPrometheusMetrics());
  const app = createApp(parseConfig({ backends: { box: { url: upstream.url } }, ...config }), runtime, state);
  const read = (key?: string) =>
    app.request("/metrics", key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } });
  return {
    read,
    async chat(body: object = {}, path = "/v1/chat/completions"): Promise<string> {
      const answer = await app.request(path, {
        method: "POST",
        headers: { authorization: "Bearer sk-a" },
        body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }], ...body }),
      });
      return answer.text();
    },
    /** The value of a series, whatever the order of its labels. */
    async value(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
      const text = await (await read("sk-a")).text();
      const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
      const line = text
        .split("\n")
        .find((one) => one.match(/^\w+/)?.[0] === name && wanted.every((label) => one.includes(label)));
      return line === undefined ? undefined : Number(line.split(" ").at(-1));
    },
  };
}

const mapped: ConfigInput = { model_mapping: { "gpt-4o": "local-chat" } };
const served = { backend: "box", alias: "gpt-4o", endpoint: "/chat/completions" };

describe("a request", () => {
  it("counts once, with what served it, its time and its tokens", async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
    upstream.handle = (_request, response) => sendJson(response, 200, { ...Object(chatAnswer()), usage });
    const app = openApp(mapped);
    expect(await app.value("proxy_requests_total")).toBeUndefined();
    await app.chat();
    await app.chat();
    expect(await app.value("proxy_requests_total", { ...served, status: "200" })).toBe(2);
    expect(await app.value("proxy_request_seconds_count", served)).toBe(2);
    expect(await app.value("proxy_ttft_seconds_count", served)).toBeUndefined();
    expect(await app.value("proxy_tokens_total", { ...served, kind: "prompt" })).toBe(14);
    expect(await app.value("proxy_tokens_total", { ...served, kind: "completion" })).toBe(6);
  });

  it("is timed to its first byte where it streams, and for its wait where it had to", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.end(`${chatChunk("a")}data: [DONE]\n\n`);
    };
    const app = openApp(mapped);
    await Promise.all([app.chat({ stream: true }), app.chat({ stream: true })]);
    expect(await app.value("proxy_ttft_seconds_count", served)).toBe(2);
    expect(await app.value("proxy_queue_wait_seconds_count", served)).toBe(1);
  });

  it("counts by its status where it failed, and as cut where its stream broke", async () => {
    const app = openApp(mapped);
    upstream.handle = (_request, response) => sendJson(response, 500, { error: "boom" });
    await app.chat();
    expect(await app.value("proxy_requests_total", { ...served, status: "500" })).toBe(1);
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
      setImmediate(() => response.destroy());
    };
    await app.chat({ stream: true });
    expect(await app.value("proxy_requests_total", { ...served, status: "cut" })).toBe(1);
  });

  it("gives a client no way to make series: unknown names and paths share one", async () => {
    const app = openApp({ ...mapped, unknown_model: "passthrough" });
    for (let count = 0; count < 5; count++) {
      await app.chat({ model: `made-up-${count}` });
      await app.chat({}, `/v1/made/up/${count}`);
    }
    expect(await app.value("proxy_requests_total", { alias: "other", endpoint: "/chat/completions" })).toBe(
      5,
    );
    expect(await app.value("proxy_requests_total", { alias: "other", endpoint: "other" })).toBe(5);
    expect(await (await app.read()).text()).not.toContain("made");
  });

  it("tells which model of a shared alias it was given", async () => {
    const app = openApp({
      model_mapping: { "gpt-4o": { targets: [{ model: "model-a" }, { model: "model-b" }] } },
    });
    await app.chat();
    expect(await app.value("proxy_variant_requests_total", { alias: "gpt-4o", status: "200" })).toBe(1);
  });
});

describe("how things stand", () => {
  it("is told at the moment of the asking", async () => {
    const app = openApp(mapped);
    await app.chat();
    expect(await app.value("proxy_backend_up", { backend: "box" })).toBe(1);
    expect(await app.value("proxy_requests_running")).toBe(0);
    const received = upstream.received(upstream.requests.length);
    upstream.handle = () => {};
    void app.chat();
    await received;
    expect(await app.value("proxy_backend_in_flight", { backend: "box" })).toBe(1);
    expect(await app.value("proxy_requests_running")).toBe(1);
    expect(await app.value("proxy_state_shared")).toBe(0);
  });
});

describe("the reader", () => {
  it("needs no key where nobody does", async () => {
    const answer = await openApp().read();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  });

  it("needs a valid key or the admin's where keys are asked for", async () => {
    const { read } = openApp({
      keys: [{ name: "a", secret: "sk-a" }],
      admin: { key: "sk-admin" },
    });
    const statuses = await Promise.all([undefined, "sk-wrong", "sk-a", "sk-admin"].map((key) => read(key)));
    expect(statuses.map(({ status }) => status)).toEqual([401, 401, 200, 200]);
  });

  it("hears that nothing is counted where nothing is", async () => {
    const runtime = createPortableRuntime("test");
    const answer = await createApp(parseConfig({}), runtime).request("/metrics");
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: "metrics_not_kept" } });
  });
});
