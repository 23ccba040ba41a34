/** After any fault the gauge of running requests returns to zero. */
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

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream(() => {});
});
afterEach(() => upstream.stop());

const endings: Record<string, UpstreamHandler> = {
  "a good answer": (_request, response) => sendJson(response, 200, chatAnswer()),
  "an error status": (_request, response) => sendJson(response, 500, { error: "boom" }),
  "an error with status 200": (_request, response) => sendJson(response, 200, { error: "boom" }),
  "no JSON": (_request, response) => sendJson(response, 200, "<html>"),
  "a reset": (_request, response) => void response.destroy(),
  "a redirect": (_request, response) => void response.writeHead(302, { location: "/login" }).end(),
  silence: () => {},
  "a whole stream": (_request, response) => {
    startEvents(response);
    response.end(`${chatChunk("a")}${chatChunk("", "stop")}data: [DONE]\n\n`);
  },
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

describe("the in-flight gauge", () => {
  for (const [name, handle] of Object.entries(endings)) {
    for (const stream of [false, true]) {
      it(`is zero after ${name}${stream ? ", streaming" : ""}`, async () => {
        upstream.handle = handle;
        const app = createTestApp({
          backends: { box: { url: upstream.url, timeout: 0.2 } },
          stream: { idle_timeout: 0.2 },
        });
        await (await app.chat({ stream })).text();
        expect(await app.inFlight()).toBe(0);
        expect(app.events.filter(({ event }) => event === "request-end")).toHaveLength(1);
        expect(app.events.filter(({ event }) => event === "defect")).toEqual([]);
      });
    }
  }

  it("counts a request while it runs", async () => {
    const app = createTestApp({ backends: { box: { url: upstream.url } } });
    const client = new AbortController();
    const answer = app.chat({}, { signal: client.signal });
    await upstream.received(0);
    expect(await app.inFlight()).toBe(1);
    client.abort();
    await answer;
    expect(await app.inFlight()).toBe(0);
  });
});
