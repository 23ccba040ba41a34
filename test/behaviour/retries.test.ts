/** A request is never sent again once it can have reached a backend; a refused connection is tried again, within bounds. */
import { afterEach, describe, expect, it } from "vitest";
import { portableFetchInit } from "../../src/runtime.ts";
import { chatAnswer, deadUrl, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

let upstream: FakeUpstream | undefined;
afterEach(() => upstream?.stop());

const retriesIn = (events: readonly { event: string }[]) =>
  events.filter(({ event }) => event === "attempt-retry").length;

describe("retries", () => {
  it("tries a refused connection max_retries times again, then says what to do", async () => {
    const url = await deadUrl();
    const app = createTestApp({ backends: { box: { url } }, request: { max_retries: 3 } });
    const response = await app.chat({ model: "any" });
    expect(response.status).toBe(502);
    expect(retriesIn(app.events)).toBe(3);
    expect(await response.json()).toEqual({
      error: {
        message: `LM Studio at ${url} refused the connection: is its server started?`,
        type: "server_error",
        param: null,
        code: "backend_refused",
      },
    });
  });

  it("does not try again with max_retries 0", async () => {
    const app = createTestApp({ backends: { box: { url: await deadUrl() } }, request: { max_retries: 0 } });
    expect((await app.chat({ model: "any" })).status).toBe(502);
    expect(retriesIn(app.events)).toBe(0);
  });

  it("reaches a backend that comes up between two tries", async () => {
    upstream = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
    const { url } = upstream;
    let tries = 0;
    const refuseOnce: typeof fetch = (input, init) => {
      const isChat = String(input).endsWith("/chat/completions");
      if (isChat && tries++ === 0)
        return Promise.reject(Object.assign(new TypeError("x"), { code: "ECONNREFUSED" }));
      return fetch(input, init);
    };
    const app = createTestApp(
      { backends: { box: { url } } },
      { fetch: (input, init) => refuseOnce(input, portableFetchInit(init)) },
    );
    expect((await app.chat({})).status).toBe(200);
    expect(tries).toBe(2);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each([
    ["resets the connection before headers", (response: { destroy(): void }) => response.destroy(), 502],
    [
      "answers 500",
      (response: Parameters<typeof sendJson>[0]) => sendJson(response, 500, { error: "boom" }),
      500,
    ],
    [
      "answers 503",
      (response: Parameters<typeof sendJson>[0]) => sendJson(response, 503, { error: "busy" }),
      503,
    ],
  ])("sends once to a backend that %s", async (_name, act, status) => {
    upstream = await startUpstream((_request, response) => act(response));
    const app = createTestApp({ backends: { box: { url: upstream.url } }, request: { max_retries: 5 } });
    expect((await app.chat({})).status).toBe(status);
    expect(upstream.requests).toHaveLength(1);
  });
});
