/** A box that breaks its answers in the middle is ill, one whose clients leave is not. */
import type { ServerResponse } from "node:http";
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
import { createTestApp, type TestApp } from "../support/test-app.ts";

let boxes: readonly [FakeUpstream, FakeUpstream];
let app: TestApp;
beforeEach(async () => {
  boxes = [await startUpstream(() => {}), await startUpstream(answerWhole)];
  app = createTestApp({
    backends: { first: { url: boxes[0].url, max_concurrency: 9 }, second: { url: boxes[1].url } },
    routing: { policy: "in_order" },
    stream: { idle_timeout: 0.2, heartbeat: 0 },
  });
});
afterEach(() => Promise.all(boxes.map((box) => box.stop())));

const answerWhole: UpstreamHandler = (_request, response) => sendJson(response, 200, chatAnswer());

const begin = (_request: unknown, response: ServerResponse) => {
  startEvents(response);
  response.write(chatChunk("begun"));
};

const breaks = (request: unknown, response: ServerResponse) => {
  begin(request, response);
  setTimeout(() => response.destroy(), 10);
};

const askedNext = async () => (await app.chat({})).headers.get("x-proxy-backend");

describe.each([1, 2])("after streams of %i choices", (n) => {
  it("that broke off, requests go elsewhere", async () => {
    boxes[0].handle = breaks;
    for (let count = 0; count < 3 / n; count++) await (await app.chat({ stream: true, n })).text();
    boxes[0].handle = answerWhole;
    expect(await askedNext()).toBe("second");
  });

  it("that fell silent, requests go elsewhere, and the client was told why", async () => {
    boxes[0].handle = begin;
    for (let count = 0; count < 3 / n; count++) {
      expect(await (await app.chat({ stream: true, n })).text()).toContain('"code":"backend_stalled"');
    }
    boxes[0].handle = answerWhole;
    expect(await askedNext()).toBe("second");
  });

  it("whose clients left, requests go where they went", async () => {
    boxes[0].handle = begin;
    for (let count = 0; count < 4; count++) {
      const reader = (await app.chat({ stream: true, n })).body?.getReader();
      await reader?.read();
      await reader?.cancel();
    }
    boxes[0].handle = answerWhole;
    expect(await askedNext()).toBe("first");
  });
});
