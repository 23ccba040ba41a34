/** A box that sleeps is woken by the request that needs it, and the request waits for it. */
import { afterEach, expect, it } from "vitest";
import { portableFetchInit } from "../../src/runtime.ts";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

const started: FakeUpstream[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

it("is called by its hook once, for all who wait", async () => {
  let isAwake = false;
  const box = await startUpstream((_request, response) =>
    sendJson(response, 200, chatAnswer("Good morning.")),
  );
  const hook = await startUpstream((_request, response) => {
    isAwake = true;
    sendJson(response, 200, {});
  });
  started.push(box, hook);
  const app = createTestApp(
    {
      backends: { box: { url: box.url, type: "openai", wake: { hook: `${hook.url}/wake` } } },
      model_mapping: { "gpt-4o": "local-chat" },
    },
    {
      fetch: (url, init) =>
        url.startsWith(box.url) && !isAwake
          ? Promise.reject(Object.assign(new TypeError("fetch failed"), { code: "ECONNREFUSED" }))
          : fetch(url, portableFetchInit(init)),
    },
  );
  await app.request("/v1/models");
  const answers = await Promise.all([app.chat({}), app.chat({}), app.chat({})]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(hook.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(["POST /wake"]);
  expect(app.events.some(({ event }) => event === "backend-awake")).toBe(true);
});
