/** A reload forgets nobody who runs: the box gets no more than it takes, whichever app a request came by. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createPortableRuntime } from "../../src/runtime.ts";
import { createState } from "../../src/state.ts";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";

let box: FakeUpstream;
const held: (() => void)[] = [];
beforeEach(async () => {
  box = await startUpstream(
    (_request, response) => void held.push(() => sendJson(response, 200, chatAnswer())),
  );
});
afterEach(() => box.stop());

it("lets a request of the new app wait for one of the old", async () => {
  const runtime = createPortableRuntime("test");
  const state = createState(runtime);
  const open = (more: ConfigInput = {}) => {
    const config = { backends: { box: { url: box.url, max_concurrency: 1 } }, ...more };
    const app = createApp(parseConfig(config), runtime, state);
    return async () => {
      const body = JSON.stringify({ model: "local-chat", messages: [{ role: "user", content: "Hi" }] });
      return (await app.request("http://proxy.test/v1/chat/completions", { method: "POST", body })).status;
    };
  };
  const before = open()();
  await expect.poll(() => held.length).toBe(1);
  const after = [open()(), open({ logging: { level: "debug" } })()];
  await expect
    .poll(async () => {
      const app = createApp(parseConfig({ backends: { box: { url: box.url } } }), runtime, state);
      return ((await (await app.request("http://proxy.test/health")).json()) as { queue: object }).queue;
    })
    .toEqual({ waiting: 2, running: 1 });
  expect(held).toHaveLength(1);
  held[0]?.();
  expect(await before).toBe(200);
  await expect.poll(() => held.length).toBe(2);
  held[1]?.();
  await expect.poll(() => held.length).toBe(3);
  held[2]?.();
  expect(await Promise.all(after)).toEqual([200, 200]);
});

it("serves the new app's requests under the box's new name, whatever the old app still asks", async () => {
  box.handle = (_request, response) => sendJson(response, 200, chatAnswer());
  const runtime = createPortableRuntime("test");
  const state = createState(runtime);
  const open = (name: string) => {
    const backends = { [name]: { url: box.url, max_concurrency: 1 } };
    const app = createApp(parseConfig({ backends, queue: { max_wait: 0.2 } }), runtime, state);
    return async () => {
      const body = JSON.stringify({ model: "local-chat", messages: [{ role: "user", content: "Hi" }] });
      return (await app.request("http://proxy.test/v1/chat/completions", { method: "POST", body })).status;
    };
  };
  const old = open("old");
  expect(await old()).toBe(200);
  const renamed = open("new");
  expect([await renamed(), await old(), await renamed(), await renamed()]).toEqual([200, 200, 200, 200]);
});
