/** SIGTERM: no new work, running streams finish within the drain limit, then a clean exit. */
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { chatChunk, type FakeUpstream, startEvents, startUpstream } from "../support/fake-upstream.ts";
import { type LaunchedProxy, launch } from "../support/launch.ts";

let proxy: LaunchedProxy;
let upstream: FakeUpstream;
afterEach(async () => {
  await proxy.stop();
  await upstream.stop();
});

const chat = (url: string) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "local-chat", stream: true, messages: [{ role: "user", content: "Hi" }] }),
  });

async function isRefused(url: string): Promise<boolean> {
  try {
    await (await fetch(`${url}/health/live`)).text();
    return false;
  } catch {
    return true;
  }
}

describe.each(["node", "bun", "deno"] as const)("on %s", (runtime) => {
  it("finishes a running stream, refuses new connections, and exits with 0", async () => {
    const { promise: mayFinish, resolve: finish } = Promise.withResolvers<void>();
    upstream = await startUpstream(async (_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
      await mayFinish;
      response.end(`${chatChunk("", "stop")}data: [DONE]\n\n`);
    });
    proxy = await launch(runtime, {
      backends: { box: { url: upstream.url } },
      server: { drain_timeout: 20 },
    });
    const exit = once(proxy.process, "exit");
    const response = await chat(proxy.url);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader?.read())?.value ?? "";

    proxy.process.kill("SIGTERM");
    await expect.poll(() => isRefused(proxy.url), { timeout: 5_000 }).toBe(true);
    finish();
    for (let result = await reader?.read(); result?.done === false; result = await reader?.read())
      text += result.value;

    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await exit).toEqual([0, null]);
  });

  it("cuts what runs longer than the drain limit, and exits all the same", async () => {
    upstream = await startUpstream((_request, response) => {
      startEvents(response);
      response.write(chatChunk("a"));
    });
    proxy = await launch(runtime, {
      backends: { box: { url: upstream.url } },
      server: { drain_timeout: 0.3 },
    });
    const exit = once(proxy.process, "exit");
    const response = await chat(proxy.url);
    const reader = response.body?.getReader();
    await reader?.read();

    proxy.process.kill("SIGTERM");

    expect(await exit).toEqual([0, null]);
    await (
      await upstream.received(0)
    ).closed;
  });
});
