/** A reload makes nobody's limits anew, and loses no place. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createPortableRuntime } from "../../src/runtime.ts";
import { createState } from "../../src/state.ts";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
});
afterEach(() => upstream.stop());

function openApps() {
  const runtime = createPortableRuntime("test");
  const state = createState(runtime);
  return (limits: object) => {
    const config = {
      backends: { box: { url: upstream.url } },
      keys: [{ name: "a", secret: "sk-a", limits }],
    };
    const app = createApp(parseConfig(config), runtime, state);
    return async () =>
      app.request("http://proxy.test/v1/chat/completions", {
        method: "POST",
        headers: { authorization: "Bearer sk-a" },
        body: JSON.stringify({ model: "local-chat", messages: [{ role: "user", content: "Hi" }] }),
      });
  };
}

it("goes on counting requests, unless their limit changed", async () => {
  const open = openApps();
  const ask = open({ requests_per_minute: 1 });
  expect((await ask()).status).toBe(200);
  expect((await open({ requests_per_minute: 1 })()).status).toBe(429);
  expect((await open({ requests_per_minute: 2 })()).status).toBe(200);
});

it("keeps the places of requests that the app before it answers", async () => {
  const open = openApps();
  const finish = Promise.withResolvers<void>();
  upstream.handle = async (_request, response) => {
    await finish.promise;
    sendJson(response, 200, chatAnswer());
  };
  const running = open({ concurrency: 1 })();
  await upstream.received(0);
  const ask = open({ concurrency: 1 });
  expect((await ask()).status).toBe(429);
  finish.resolve();
  expect((await running).status).toBe(200);
  expect((await ask()).status).toBe(200);
});
