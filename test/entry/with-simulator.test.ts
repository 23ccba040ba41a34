/** The built-in simulator behind a runtime's fetch behaves as a box on a network would. */
import { describe, expect, it } from "vitest";
import { createPortableRuntime, joinPieces, type Runtime, type UpstreamInit } from "../../src/runtime.ts";
import { withSimulator } from "../../src/entry/with-simulator.ts";

function runtimeWith(outside: Runtime["fetch"] = () => Promise.reject(new Error("no network"))): Runtime {
  return withSimulator(createPortableRuntime("test", { fetch: outside }), { tokenDelayMs: 5 });
}

function chat(headers: Record<string, string> = {}, signal = new AbortController().signal): UpstreamInit {
  const body = { model: "x", stream: true, messages: [{ role: "user", content: "Hi" }] };
  return {
    method: "POST",
    headers: new Map(Object.entries({ "content-type": "application/json", ...headers })),
    body: new TextEncoder().encode(JSON.stringify(body)),
    signal,
  };
}

const get: UpstreamInit = {
  method: "GET",
  headers: new Map(),
  body: null,
  signal: new AbortController().signal,
};

async function activeGenerations(runtime: Runtime): Promise<number> {
  const response = await runtime.fetch("simulator:/simulator/stats", get);
  return ((await response.json()) as { active: number }).active;
}

const chatUrl = "simulator:/v1/chat/completions";

describe("simulator:", () => {
  it("answers in this process, and leaves other URLs to the network", async () => {
    const asked: string[] = [];
    const runtime = runtimeWith((url) => {
      asked.push(url);
      return Promise.resolve(new Response("outside"));
    });
    const list = (await (await runtime.fetch("simulator:/v1/models", get)).json()) as { data: unknown[] };
    expect(list.data.length).toBeGreaterThan(0);
    expect(await (await runtime.fetch("http://box.test/v1/models", get)).text()).toBe("outside");
    expect(asked).toEqual(["http://box.test/v1/models"]);
  });

  it("keeps what it has loaded from one request to the next", async () => {
    const runtime = runtimeWith();
    await (await runtime.fetch(chatUrl, chat())).text();
    const stats = (await (await runtime.fetch("simulator:/simulator/stats", get)).json()) as {
      finished: number;
    };
    expect(stats.finished).toBe(1);
  });

  it("streams, and takes a stream as a body", async () => {
    const init = chat();
    const body = new Response(joinPieces(init.body)).body;
    const response = await runtimeWith().fetch(chatUrl, { ...init, body });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect((await response.text()).trimEnd()).toMatch(/data: \[DONE\]$/);
  });

  it("rejects with the signal's reason when it is aborted before the headers", async () => {
    const runtime = runtimeWith();
    const client = new AbortController();
    const answer = runtime.fetch(chatUrl, chat({ "x-simulator-fault": "hang" }, client.signal));
    await expect.poll(() => activeGenerations(runtime)).toBe(1);
    const reason = new DOMException("left", "AbortError");
    client.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await expect.poll(() => activeGenerations(runtime)).toBe(0);
    await expect(runtime.fetch(chatUrl, chat({}, client.signal))).rejects.toBe(reason);
  });

  it("breaks the body off with the signal's reason, and ends the generation", async () => {
    const runtime = runtimeWith();
    const client = new AbortController();
    const response = await runtime.fetch(chatUrl, chat({ "x-simulator-pieces": "10000" }, client.signal));
    const reader = response.body?.getReader();
    await reader?.read();
    const reason = new DOMException("left", "AbortError");
    client.abort(reason);
    await expect(reader?.read()).rejects.toBe(reason);
    await expect.poll(() => activeGenerations(runtime)).toBe(0);
  });

  it("ends the generation when the body is cancelled", async () => {
    const runtime = runtimeWith();
    const response = await runtime.fetch(chatUrl, chat({ "x-simulator-pieces": "10000" }));
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect.poll(() => activeGenerations(runtime)).toBe(0);
  });

  it("breaks off with a TypeError where the box cuts the connection", async () => {
    const response = await runtimeWith().fetch(chatUrl, chat({ "x-simulator-fault": "cut" }));
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  it("ignores an abort after the end", async () => {
    const client = new AbortController();
    const response = await runtimeWith().fetch(chatUrl, chat({}, client.signal));
    const text = await response.text();
    client.abort();
    expect(text).toContain("[DONE]");
  });
});
