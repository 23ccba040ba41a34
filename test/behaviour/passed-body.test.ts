/** What the catch-all passes on is watched to its end: how it ended is told once, and nobody holds a box by silence. */
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { connectOnNode } from "../../src/entry/node/connect.ts";
import { listenOnNode } from "../../src/entry/node/listener.ts";
import { createWireRuntime } from "../../src/entry/wire-runtime.ts";
import { createState } from "../../src/state.ts";
import { createFakeClock, settlePromises } from "../support/fake-runtime.ts";
import { type FakeUpstream, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, type LogEvent, recordingLog, type TestApp } from "../support/test-app.ts";

/** The requests that ended on the catch-all's path, in short. */
const endsIn = (events: readonly LogEvent[]) =>
  events
    .filter(({ event, fields }) => event === "request-end" && fields["path"] === "/v1/audio/speech")
    .map(({ level, fields: { status, outcome, problem } }) => ({ level, status, outcome, problem }));

const ask = (app: TestApp, init: RequestInit = {}) =>
  app.request("/v1/audio/speech", { method: "POST", body: "{}", ...init });

const left = { level: "info", status: 200, outcome: "cancelled", problem: "client-gone" };
const stalled = { level: "info", status: 200, outcome: "cancelled", problem: "client-stalled" };
const silent = { level: "warn", status: 200, outcome: "faulted", problem: "idle-timeout" };
const broken = { level: "warn", status: 200, outcome: "faulted", problem: "backend_connection_lost" };
const whole = { level: "info", status: 200, outcome: "ended", problem: undefined };

describe("of a box on a socket, what is told once", () => {
  let upstream: FakeUpstream;
  let app: TestApp;
  let wireApp: TestApp;
  beforeEach(async () => {
    upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.write("some");
    });
    app = createTestApp({ backends: { box: { url: upstream.url } } });
    const { fetch } = createWireRuntime("node", { connect: connectOnNode }, recordingLog());
    wireApp = createTestApp({ backends: { box: { url: upstream.url } } }, { fetch });
  });
  afterEach(() => upstream.stop());

  it("is a whole body", async () => {
    upstream.handle = (_request, response) => void response.end("all of it");
    expect(await (await ask(app)).text()).toBe("all of it");
    expect(endsIn(app.events)).toEqual([whole]);
  });

  it("is a client that stops reading while it waits for the next bytes", async () => {
    const reader = (await ask(app)).body?.getReader();
    await reader?.read();
    const pending = reader?.read();
    await reader?.cancel();
    await pending;
    await (
      await upstream.received(0)
    ).closed;
    expect(endsIn(app.events)).toEqual([left]);
    expect(await app.inFlight()).toBe(0);
  });

  it("is a client whose request is aborted", async () => {
    const client = new AbortController();
    const reader = (await ask(app, { signal: client.signal })).body?.getReader();
    await reader?.read();
    const pending = reader?.read();
    client.abort();
    await expect(pending).rejects.toThrow("client-gone");
    expect(endsIn(app.events)).toEqual([left]);
    expect(await app.inFlight()).toBe(0);
  });

  it.each(["audio/mpeg", "application/json"])("is a box that breaks off: %s", async (type) => {
    upstream.handle = (_request, response) => {
      response.writeHead(200, { "content-type": type });
      response.write("x".repeat(100_000), () => setTimeout(() => response.destroy(), 20));
    };
    await expect((await ask(app)).text()).rejects.toThrow("terminated");
    expect(endsIn(app.events)).toEqual([broken]);
    expect(await app.inFlight()).toBe(0);
  });

  it("is the answer to a HEAD, whose body nobody reads", async () => {
    upstream.handle = (_request, response) => void response.end();
    for (const each of [app, wireApp]) {
      const response = await each.request("/v1/audio/speech", { method: "HEAD" });
      expect(response.status).toBe(200);
      expect(endsIn(each.events)).toEqual([whole]);
      expect(await each.inFlight()).toBe(0);
    }
  });
});

describe("while the clock runs", () => {
  const idleTimeoutMs = 5_000;
  const caller = "sk-one-0123456789abcdef";

  /** Two boxes of which the first sends what the test decides; one request at a time for each key. */
  function openApp(idle_timeout = idleTimeoutMs / 1000) {
    const clock = createFakeClock();
    const sent: ReadableStreamDefaultController<Uint8Array>[] = [];
    const left: string[] = [];
    const app = createTestApp(
      {
        backends: { first: { url: "http://first" }, second: { url: "http://second" } },
        authentication: { enabled: true, valid_api_keys: [caller] },
        default_limits: { concurrency: 1 },
        health: { interval: 0 },
        stream: { idle_timeout },
      },
      {
        now: clock.now,
        setTimer: clock.setTimer,
        fetch: async (url) => {
          const body = new ReadableStream<Uint8Array>({
            start: (controller) => void sent.push(controller),
            cancel: () => void left.push(new URL(url).host),
          });
          return new Response(body, { headers: { "content-type": "audio/mpeg" } });
        },
      },
    );
    const read = async () => {
      const response = await ask(app, { headers: { authorization: `Bearer ${caller}` } });
      const { status, headers, body } = response;
      return { status, backend: headers.get("x-proxy-backend"), reader: body?.getReader() };
    };
    const send = (bytes = new Uint8Array(3)) => sent.at(-1)?.enqueue(bytes);
    return { app, clock, left, read, send, finish: () => sent.at(-1)?.close() };
  }

  it("a box that falls silent in the middle is given up, and its caller may ask again", async () => {
    const { app, clock, left, read, send } = openApp();
    const { reader } = await read();
    send();
    await reader?.read();
    const next = reader?.read().catch(String);
    await settlePromises();
    await clock.advance(idleTimeoutMs - 1);
    expect(endsIn(app.events)).toEqual([]);
    await clock.advance(1);
    expect(await next).toContain("fell silent");
    expect(endsIn(app.events).at(-1)).toEqual(silent);
    expect(left).toEqual(["first"]);
    expect(clock.pending).toBe(0);
    expect((await read()).status).toBe(200);
  });

  it("a client that takes nothing of what is there is cut off", async () => {
    const { app, clock, left, read, send } = openApp();
    const { reader } = await read();
    send();
    await reader?.read();
    send();
    await clock.advance(idleTimeoutMs);
    expect(endsIn(app.events)).toEqual([stalled]);
    expect(left).toEqual(["first"]);
    await expect(reader?.read()).rejects.toThrow("takes nothing");
    expect(clock.pending).toBe(0);
    expect((await read()).status).toBe(200);
  });

  it("a body that comes and is taken in time may take for ever, with one timer", async () => {
    const { app, clock, read, send, finish } = openApp();
    const { reader } = await read();
    for (let round = 0; round < 10; round++) {
      const next = reader?.read();
      await settlePromises();
      await clock.advance(idleTimeoutMs - 1);
      send();
      expect((await next)?.value).toHaveLength(3);
      expect(clock.pending).toBe(1);
      await clock.advance(idleTimeoutMs - 1);
    }
    finish();
    expect((await reader?.read())?.done).toBe(true);
    expect(endsIn(app.events)).toEqual([whole]);
    expect(clock.pending).toBe(0);
  });

  it("nobody is given up where the operator wants it so", async () => {
    const { app, clock, read } = openApp(0);
    const { reader } = await read();
    void reader?.read();
    await settlePromises();
    expect(clock.pending).toBe(0);
    await clock.advance(1e9);
    expect(endsIn(app.events)).toEqual([]);
  });

  it("a box that falls silent again and again is left alone, but not for clients that stall or leave", async () => {
    const { clock, read } = openApp();
    async function givenUp(waits: boolean): Promise<string | null> {
      const { backend, reader } = await read();
      if (waits) reader?.read().catch(() => {});
      await settlePromises();
      await clock.advance(idleTimeoutMs);
      return backend;
    }
    for (let count = 0; count < 4; count++) expect(await givenUp(false)).toBe("first");
    for (let count = 0; count < 4; count++) {
      const { backend, reader } = await read();
      expect(backend).toBe("first");
      await reader?.cancel();
    }
    for (let count = 0; count < 3; count++) expect(await givenUp(true)).toBe("first");
    expect((await read()).backend).toBe("second");
  });
});

describe("a client on a socket", () => {
  let upstream: FakeUpstream;
  beforeEach(async () => {
    upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      const pump = () => {
        while (!response.destroyed && response.write("x".repeat(16_000)));
        if (!response.destroyed) response.once("drain", pump);
      };
      pump();
    });
  });
  afterEach(() => upstream.stop());

  async function listen() {
    const log = recordingLog();
    const runtime = createWireRuntime("node", { connect: connectOnNode }, log);
    const config = { backends: { box: { url: upstream.url } }, stream: { idle_timeout: 0.3 } };
    const app = createApp(parseConfig(config), runtime, createState(runtime));
    const listener = await listenOnNode((request, peer) => app.fetch(request, peer), {
      host: "127.0.0.1",
      port: 0,
    });
    return { listener, log };
  }

  function askFor(port: number): Socket {
    const client = connect(port, "127.0.0.1");
    client.on("error", () => {});
    client.write("POST /v1/audio/speech HTTP/1.1\r\nhost: p\r\ncontent-length: 2\r\n\r\n{}");
    return client;
  }

  it("that takes nothing lets go of its box", async () => {
    const { listener, log } = await listen();
    const client = askFor(listener.port);
    client.pause();
    await vi.waitFor(() => expect(endsIn(log.events)).toEqual([stalled]), { timeout: 5_000 });
    await (
      await upstream.received(0)
    ).closed;
    client.resume();
    await new Promise((resolve) => client.once("close", resolve));
    await listener.stop(0);
    expect(endsIn(log.events)).toHaveLength(1);
  });

  it("that leaves is told of once", async () => {
    const { listener, log } = await listen();
    const client = askFor(listener.port);
    await new Promise((resolve) => client.once("data", resolve));
    client.destroy();
    await (
      await upstream.received(0)
    ).closed;
    await vi.waitFor(() => expect(endsIn(log.events)).toEqual([left]), { timeout: 5_000 });
    await listener.stop(0);
    expect(endsIn(log.events)).toEqual([left]);
  });
});
