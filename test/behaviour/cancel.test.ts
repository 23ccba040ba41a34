/** Every upstream request ends within a second of its client leaving, in every state. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  chatChunk,
  deadUrl,
  type FakeUpstream,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let app: TestApp;

beforeEach(async () => {
  upstream = await startUpstream(() => {});
  app = createTestApp({ backends: { box: { url: upstream.url } } });
});
afterEach(() => upstream.stop());

/** Fails the test where the backend's connection outlives the client by a second. */
function closesSoon(closed: Promise<void>): Promise<unknown> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("The upstream request went on.")), 1_000);
  return Promise.race([closed, promise]).finally(() => clearTimeout(timer));
}

const states = {
  "before headers, streaming": { path: "/v1/chat/completions", body: { stream: true } },
  "before headers, not streaming": { path: "/v1/chat/completions", body: {} },
  embeddings: { path: "/v1/embeddings", body: { input: "text", model: "text-embedding-local" } },
  "the catch-all": { path: "/v1/audio/speech", body: { input: "text" } },
};

describe("a client that leaves", () => {
  for (const [state, { path, body }] of Object.entries(states)) {
    it(`ends the upstream request: ${state}`, async () => {
      const client = new AbortController();
      const answer = app.request(path, {
        method: "POST",
        signal: client.signal,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "local-chat", messages: [{ role: "user", content: "Hi" }], ...body }),
      });
      const request = await upstream.received(0);
      client.abort();
      await closesSoon(request.closed);
      expect((await answer).status).toBe(499);
      expect(await app.inFlight()).toBe(0);
    });
  }

  it("ends the upstream request: after headers, before the first frame", async () => {
    upstream.handle = (_request, response) => startEvents(response);
    const client = new AbortController();
    const answer = app.chat({ stream: true }, { signal: client.signal });
    const request = await upstream.received(0);
    client.abort();
    await closesSoon(request.closed);
    await answer;
    expect(await app.inFlight()).toBe(0);
  });

  it("ends the upstream request: in the middle of a stream, by no longer reading", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
    };
    const response = await app.chat({ stream: true });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await closesSoon((await upstream.received(0)).closed);
    expect(await app.inFlight()).toBe(0);
    expect(app.events.at(-1)).toMatchObject({ event: "request-end", fields: { outcome: "cancelled" } });
  });

  it("ends the upstream request: while heartbeats are all that was sent", async () => {
    app = createTestApp({ backends: { box: { url: upstream.url } }, stream: { heartbeat: 0.02 } });
    const response = await app.chat({ stream: true });
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^: /);
    await reader?.cancel();
    await closesSoon((await upstream.received(0)).closed);
    expect(await app.inFlight()).toBe(0);
  });

  it("ends the retries of a connection that is refused", async () => {
    const pending: (() => void)[] = [];
    const setTimer = (callback: () => void) => {
      pending.push(callback);
      return () => {};
    };
    const url = await deadUrl();
    app = createTestApp(
      { backends: { box: { url, timeout: 0 } }, request: { max_retries: 10 } },
      { setTimer },
    );
    const client = new AbortController();
    const answer = app.chat({ model: "x" }, { signal: client.signal });
    await expect.poll(() => app.events.filter(({ event }) => event === "attempt-retry").length).toBe(1);
    client.abort();
    expect((await answer).status).toBe(499);
  });
});
