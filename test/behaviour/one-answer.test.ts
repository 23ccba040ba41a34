/** What a client receives is a prefix of exactly one backend's answer; two answers are never joined. */
import { afterEach, describe, expect, it } from "vitest";
import {
  chatAnswer,
  chatChunk,
  deadUrl,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

const upstreams: FakeUpstream[] = [];
afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.stop()));
});

async function start(...args: Parameters<typeof startUpstream>): Promise<FakeUpstream> {
  const upstream = await startUpstream(...args);
  upstreams.push(upstream);
  return upstream;
}

describe("one answer from one backend", () => {
  it("keeps the first backend's pieces and adds only an error when it dies in the middle of a stream", async () => {
    const dying = await start((_request, response) => {
      startEvents(response);
      response.write(chatChunk("from the first"));
      setImmediate(() => response.destroy());
    });
    const healthy = await start((_request, response) =>
      sendJson(response, 200, chatAnswer("from the second")),
    );
    const app = createTestApp({
      backends: { first: { url: dying.url }, second: { url: healthy.url } },
      routing: { policy: "in_order" },
    });

    const text = await (await app.chat({ model: "local-chat", stream: true })).text();

    const events = text.split("\n\n").filter((event) => event !== "");
    expect(events[0]).toContain("from the first");
    expect(JSON.parse((events.at(-1) ?? "").replace("data: ", ""))).toMatchObject({
      error: { type: "server_error", code: "backend_stream_cut" },
    });
    expect(events).toHaveLength(2);
    expect(healthy.requests).toHaveLength(0);
  });

  it("gives the second answer whole when a JSON answer of the first breaks off", async () => {
    const dying = await start((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"id":"chatcmpl-1","choices":[');
      setImmediate(() => response.destroy());
    });
    const healthy = await start((_request, response) =>
      sendJson(response, 200, chatAnswer("from the second")),
    );
    const app = createTestApp({
      backends: { first: { url: dying.url }, second: { url: healthy.url } },
      routing: { policy: "in_order" },
    });

    const response = await app.chat({ model: "local-chat" });

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: "from the second" } }] });
    expect(healthy.requests).toHaveLength(1);
  });

  it("takes the backend that answers while the other refuses every connection", async () => {
    const healthy = await start((_request, response) =>
      sendJson(response, 200, chatAnswer("from the second")),
    );
    const app = createTestApp({
      backends: { first: { url: await deadUrl() }, second: { url: healthy.url } },
    });

    const response = await app.chat({ model: "local-chat" });

    expect(response.status).toBe(200);
    expect(response.headers.get("x-proxy-backend")).toBe("second");
    expect(healthy.requests).toHaveLength(1);
  });
});
