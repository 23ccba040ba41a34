/** What becomes of an answer's stream, whichever way it is written. */
import { describe, expect, it } from "vitest";
import { ClientChannel } from "../../src/http1/client-channel.ts";
import { bytesOf } from "./support/fake-wire.ts";
import { readAnswers } from "./support/messages.ts";
import { answer, noHeaders, serve } from "./support/serve.ts";

const get = "GET / HTTP/1.1\r\nhost: box\r\n\r\n";
const broken = new Map([["x", "a\r\nb: c"]]);

describe("a channel to a client", () => {
  function channel() {
    const state = { leavings: 0 };
    return { state, channel: new ClientChannel(() => void state.leavings++) };
  }

  it("takes what comes before its answer, and waits with it", async () => {
    const { channel: open } = channel();
    let isTaken = false;
    void open.write(bytesOf("early "))?.then(() => (isTaken = true));
    expect(open.isReady()).toBe(false);
    const { feed, turn, wire } = serve(() => answer(open));
    await feed(get);
    expect([isTaken, open.isReady()]).toEqual([true, true]);
    void open.write(bytesOf("late"));
    open.end();
    open.end();
    await turn.settle();
    expect(readAnswers(wire.written).map(({ body }) => body)).toEqual(["early late"]);
  });

  it("is whole where it ended before its answer began, and the next answer follows", async () => {
    const { feed, wire } = serve(() => {
      const { channel: open } = channel();
      void open.write(bytesOf("all"));
      open.end();
      return answer(open);
    });
    await feed(get + get);
    expect(readAnswers(wire.written).map(({ body }) => body)).toEqual(["all", "all"]);
  });

  it("tells once that its client left, before its answer and after", async () => {
    for (const when of ["before", "after"]) {
      const { channel: open, state } = channel();
      const { promise, resolve } = Promise.withResolvers<Response>();
      const { feed, leave, turn } = serve(() => promise);
      await feed(get);
      if (when === "before") await leave();
      resolve(answer(open));
      await turn.settle();
      await leave();
      expect([state.leavings, open.write(bytesOf("x"))]).toEqual([1, undefined]);
    }
  });

  it("is told nothing of a client that left after its end", async () => {
    const { channel: open, state } = channel();
    const { feed, leave, turn } = serve(() => answer(open));
    await feed(get);
    open.end();
    await turn.settle();
    await leave();
    expect(state.leavings).toBe(0);
  });

  it("is left where its answer cannot be written, so that nobody feeds it for ever", async () => {
    const { channel: open, state } = channel();
    const waiting = open.write(bytesOf("early"));
    const { feed, wire } = serve(() => answer(open, 200, broken));
    await feed(get);
    await waiting;
    expect(readAnswers(wire.written).map(({ status }) => status)).toEqual([500]);
    expect(state.leavings).toBe(1);
  });

  it("is a stream for who asks for one", async () => {
    const { channel: open } = channel();
    void open.write(bytesOf("one "));
    const text = new Response(open.readable).text();
    await open.write(bytesOf("two"));
    open.end();
    expect(await text).toBe("one two");
  });
});

describe("a stream to a client", () => {
  function stream() {
    const state = { isCancelled: false };
    const readable = new ReadableStream<Uint8Array>({ cancel: () => void (state.isCancelled = true) });
    return { readable, state };
  }

  it.each([
    ["whose answer cannot be written", false, broken],
    ["whose client left", true, noHeaders],
  ])("%s is called off", async (_what, isGone, headers) => {
    for (const make of [
      (body: ReadableStream<Uint8Array>) => answer(body, 200, headers),
      (body: ReadableStream<Uint8Array>) => answer({ ...channelOver(body) }, 200, headers),
    ]) {
      const { readable, state } = stream();
      const { promise, resolve } = Promise.withResolvers<Response>();
      const { feed, leave, turn } = serve(() => promise);
      await feed(get);
      if (isGone) await leave();
      resolve(make(readable));
      await turn.settle();
      expect(state.isCancelled).toBe(true);
    }
  });

  it("is called off when its client leaves midway", async () => {
    const { readable, state } = stream();
    const { feed, leave } = serve(() => answer(readable));
    await feed(get);
    await leave();
    expect(state.isCancelled).toBe(true);
  });
});

describe("an answer that a middleware made the platform's own", () => {
  function streaming(type = "application/json") {
    const state = { isCancelled: false, pulls: 0 };
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (stream = controller),
      cancel: () => void (state.isCancelled = true),
    });
    const served = serve(() => new Response(body, { headers: { "content-type": type } }));
    return { ...served, state, stream };
  }

  it.each(["", "short", "x".repeat(200_000)])("has a length where all of it is there", async (text) => {
    const { feed, wire } = serve(() => Response.json(text));
    await feed(get);
    const [only] = readAnswers(wire.written);
    expect(only?.fields.get("content-length")).toBe(`${text.length + 2}`);
    expect(only?.body).toBe(JSON.stringify(text));
  });

  it("is written as it comes where more is still to come", async () => {
    const { feed, stream, turn, wire } = streaming("text/plain; charset=utf-8");
    stream?.enqueue(bytesOf("one "));
    await feed(get);
    expect(wire.take()).toMatch(/\r\ntransfer-encoding: chunked\r\n[^]*\r\n\r\n4\r\none \r\n$/);
    stream?.enqueue(bytesOf("two"));
    await turn.settle();
    expect(wire.take()).toBe("3\r\ntwo\r\n");
    stream?.close();
    await turn.settle();
    expect(wire.take()).toBe("0\r\n\r\n");
  });

  it("begins at once where nothing is there yet", async () => {
    const { feed, stream, turn, wire } = streaming();
    await feed(get);
    expect(wire.written).toContain("200 OK");
    stream?.enqueue(bytesOf("{}"));
    stream?.close();
    await turn.settle();
    expect(readAnswers(wire.written).map(({ body }) => body)).toEqual(["{}"]);
  });

  it("is not read ahead of a client that takes nothing", async () => {
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (to) => (pulls++ < 1_000 ? to.enqueue(new Uint8Array(10_000)) : to.close()),
    });
    const { feed, wire } = serve(() => new Response(body, { headers: { "content-type": "text/plain" } }));
    wire.takes = false;
    await feed(get);
    expect(pulls).toBeLessThan(20);
  });

  it("is cut where it fails midway, and 500 where it fails before", async () => {
    for (const [start, expected] of [
      ["half", /200 OK[^]*4\r\nhalf\r\n$/],
      ["", /^HTTP\/1.1 500 /],
    ] as const) {
      const { feed, stream, turn, wire } = streaming();
      if (start !== "") stream?.enqueue(bytesOf(start));
      else stream?.error(new Error("lost"));
      await feed(get);
      if (start !== "") stream?.error(new Error("lost"));
      await turn.settle();
      expect(wire.written).toMatch(expected);
      expect(wire.isDestroyed).toBe(start !== "");
    }
  });

  it("is called off when its client leaves, before it began and after", async () => {
    for (const turns of [0, 1]) {
      const { connection, feed, leave, state } = streaming();
      if (turns === 0) connection.received(bytesOf(get));
      else await feed(get);
      await leave();
      expect(state.isCancelled).toBe(true);
    }
  });
});

/** Some other channel, which is a stream at its end. */
it("a stream that breaks while its client takes nothing cuts the connection", async () => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  const { feed, turn, wire } = serve(() => answer(body));
  await feed(get);
  wire.takes = false;
  controller?.enqueue(bytesOf("x".repeat(100_000)));
  await turn.settle();
  expect(wire.isDestroyed).toBe(false);
  controller?.error(new Error("The client takes nothing."));
  await turn.settle();
  expect(wire.isDestroyed).toBe(true);
});

const channelOver = (readable: ReadableStream<Uint8Array>) => ({
  readable,
  isReady: () => true,
  write: () => undefined,
  end() {},
  breakOff() {},
});
