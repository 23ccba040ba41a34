/** A client that takes nothing of its stream any more, and yet stays: it must not keep a box from everybody else. */
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { connectOnNode } from "../../src/entry/node/connect.ts";
import { listenOnNode } from "../../src/entry/node/listener.ts";
import { createWireRuntime } from "../../src/entry/wire-runtime.ts";
import { createState } from "../../src/state.ts";
import { chatChunk, type FakeUpstream, startEvents, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, type LogEvent, recordingLog } from "../support/test-app.ts";

const frame = chatChunk("x".repeat(16_000));
let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => {
    startEvents(response);
    const pump = () => {
      while (!response.destroyed && response.write(frame));
      if (!response.destroyed) response.once("drain", pump);
    };
    pump();
  });
});
afterEach(() => upstream.stop());

const bounds: readonly (readonly [string, Partial<ConfigInput>])[] = [
  ["stream.idle_timeout", { stream: { idle_timeout: 0.2 } }],
  ["limits.stream_seconds", { stream: { idle_timeout: 0 }, limits: { stream_seconds: 1.5 } }],
];

const endsIn = (events: readonly LogEvent[]) =>
  events.filter(({ event }) => event === "request-end").map(({ fields }) => fields);

describe.each(bounds)("by %s", (_name, bound) => {
  const config = () => ({ backends: { box: { url: upstream.url } }, ...bound });

  const cutOff = [{ outcome: "cancelled", problem: "client-stalled" }];

  /** How the requests ended, once the box was let go. */
  async function endings(events: readonly LogEvent[]): Promise<readonly unknown[]> {
    await vi.waitFor(() => expect(endsIn(events)).toHaveLength(1), { timeout: 5_000 });
    await Promise.all(upstream.requests.map(({ closed }) => closed));
    return endsIn(events);
  }

  it("is cut off where it reads a standard stream", async () => {
    const app = createTestApp(config());
    const response = await app.chat({ stream: true });
    expect(await endings(app.events)).toMatchObject(cutOff);
    expect(await app.inFlight()).toBe(0);
    await expect(response.text()).rejects.toThrow("takes nothing");
  });

  it("is cut off where it reads from a socket", async () => {
    const log = recordingLog();
    const runtime = createWireRuntime("node", { connect: connectOnNode }, log);
    const app = createApp(parseConfig(config()), runtime, createState(runtime));
    const listener = await listenOnNode((request, peer) => app.fetch(request, peer), {
      host: "127.0.0.1",
      port: 0,
    });
    const client = await askAndStall(listener.port);
    expect(await endings(log.events)).toMatchObject(cutOff);
    client.resume();
    await new Promise((resolve) => client.once("close", resolve));
    await listener.stop(0);
  });
});

async function askAndStall(port: number): Promise<Socket> {
  const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "Hi" }] });
  const client = connect(port, "127.0.0.1");
  client.on("error", () => {});
  client.pause();
  client.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: p\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await new Promise((resolve) => client.once("connect", resolve));
  return client;
}
