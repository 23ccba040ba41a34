/** How long a client's connection may take, and how it stops. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { explainRefusal } from "../../src/entry/explain-refusal.ts";
import { createServer, type Server } from "../../src/http1/server.ts";
import { FakeTurn } from "./support/fake-turn.ts";
import { bytesOf, FakeWire } from "./support/fake-wire.ts";
import { readAnswers } from "./support/messages.ts";
import { answer, type Handle, serve, waitingHandle } from "./support/serve.ts";

const get = "GET / HTTP/1.1\r\nhost: box\r\n\r\n";

describe("a connection", () => {
  it("without a request is closed without a word, a minute after it came", async () => {
    const { wire, wait } = serve(() => answer("x"));
    await wait(59_999);
    expect(wire.isEnded).toBe(false);
    await wait(1);
    expect([wire.isEnded, wire.written]).toEqual([true, ""]);
  });

  it("whose head is slow is told so, a minute after its first byte, however many follow", async () => {
    const { feed, wire, wait } = serve(() => answer("x"));
    await wait(30_000);
    await feed("GET / HTTP/1.1\r\n");
    for (let second = 0; second < 59; second++) {
      await wait(1_000);
      await feed("x");
    }
    expect(wire.written).toBe("");
    await wait(1_000);
    expect(readAnswers(wire.written).map(({ status }) => status)).toEqual([408]);
    expect(wire.isEnded).toBe(true);
  });

  it("between requests is closed without a word after 75 seconds, which it says before", async () => {
    const { feed, wire, wait } = serve(() => answer("x"));
    await feed(get);
    expect(readAnswers(wire.written)[0]?.fields.get("keep-alive")).toBe("timeout=75");
    await wait(74_999);
    expect(wire.isEnded).toBe(false);
    await wait(1);
    expect([wire.isEnded, readAnswers(wire.written).length]).toEqual([true, 1]);
  });

  it("is kept by no empty lines between requests", async () => {
    const { feed, wire, wait } = serve(() => answer("x"));
    await feed(get);
    for (let second = 0; second < 76; second++) {
      await wait(1_000);
      if (!wire.isEnded) await feed("\r", "\n");
    }
    expect(wire.isEnded).toBe(true);
  });

  it("is waited for as long as it takes where it is the app that is slow", async () => {
    const { handle, answer: answerTo } = waitingHandle();
    const { feed, turn, wire, wait } = serve(handle);
    await feed(get);
    await wait(100_000_000);
    answerTo(0, answer("at last"));
    await turn.settle();
    expect(readAnswers(wire.written).map(({ body }) => body)).toEqual(["at last"]);
  });

  it("that was closed is cut where its client does not close as well", async () => {
    const { feed, wire, wait } = serve(() => answer("x"));
    await feed(get.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"));
    await wait(74_999);
    expect([wire.isEnded, wire.isDestroyed]).toEqual([true, false]);
    await wait(1);
    expect(wire.isDestroyed).toBe(true);
  });

  it("whose client still reads a long answer is not cut, neither where it stays nor where it closes", async () => {
    for (const request of [get, get.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")]) {
      const { feed, wire, wait } = serve(() => answer("long"));
      wire.takes = false;
      await feed(request);
      await wait(75_000);
      await wait(75_000);
      expect([wire.isEnded, wire.isDestroyed]).toEqual([true, false]);
      await wait(3_600_000);
      expect(wire.isDestroyed).toBe(true);
    }
  });
});

describe("a client that takes nothing of a streamed answer", () => {
  function stream() {
    let pulls = 0;
    const pull = (to: ReadableStreamDefaultController<Uint8Array>) => to.enqueue(bytesOf(`${pulls++};`));
    return serve(() => answer(new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 })));
  }

  it("is cut after an hour", async () => {
    const { feed, wire, wait } = stream();
    wire.takes = false;
    await feed(get);
    await wait(3_599_999);
    expect(wire.isDestroyed).toBe(false);
    await wait(1);
    expect([wire.isDestroyed, wire.isReset]).toEqual([true, false]);
  });

  it("has another hour each time that it takes some", async () => {
    const { connection, feed, turn, wire, wait } = stream();
    wire.takes = false;
    await feed(get);
    for (let round = 0; round < 3; round++) {
      await wait(3_599_999);
      connection.drained();
      await turn.settle();
    }
    await wait(3_599_999);
    expect(wire.isDestroyed).toBe(false);
    await wait(1);
    expect(wire.isDestroyed).toBe(true);
  });

  it("is waited for without an end once it takes all, while the box is slow", async () => {
    const { handle, answer: answerTo } = waitingHandle();
    const { connection, feed, turn, wire, wait } = serve(handle);
    wire.takes = false;
    await feed(get);
    answerTo(0, answer(new ReadableStream({ start: (to) => to.enqueue(bytesOf("some")) })));
    await turn.settle();
    wire.takes = true;
    connection.drained();
    await wait(100_000_000);
    expect(wire.isOver).toBe(false);
  });

  it("is given no more time for the body that it still sends", async () => {
    const { connection, feed, turn, wire, wait } = stream();
    wire.takes = false;
    await feed(get.replace("\r\n\r\n", "\r\ncontent-length: 9\r\n\r\n"));
    await wait(3_000_000);
    connection.drained();
    await turn.settle();
    await wait(600_000);
    expect(wire.isDestroyed).toBe(true);
  });

  it("has its hour from the end of its own body on", async () => {
    const { feed, wire, wait } = stream();
    wire.takes = false;
    await feed(get.replace("\r\n\r\n", "\r\ncontent-length: 3\r\n\r\n"));
    await wait(3_000_000);
    await feed("abc");
    await wait(3_599_999);
    expect(wire.isDestroyed).toBe(false);
    await wait(1);
    expect(wire.isDestroyed).toBe(true);
  });
});

describe("an answer before the end of its request", () => {
  const unread = get.replace("\r\n\r\n", "\r\ncontent-length: 9\r\n\r\nabc");

  it("is not cut while its client takes it, and half a second after that", async () => {
    const { connection, feed, wire, wait } = serve(() => answer("long"));
    wire.takes = false;
    await feed(unread);
    await wait(3_000_000);
    expect(wire.isOver).toBe(false);
    connection.drained();
    await wait(499);
    expect(wire.isOver).toBe(false);
    await wait(1);
    expect(wire.isDestroyed).toBe(true);
  });

  it("is cut after an hour in which its client takes nothing", async () => {
    const { feed, wire, wait } = serve(() => answer("long"));
    wire.takes = false;
    await feed(unread);
    await wait(3_600_000);
    expect(wire.isDestroyed).toBe(true);
  });
});

describe("a server that stops", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["Date", "setTimeout", "setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());

  interface Client {
    readonly wire: FakeWire;
    say(text: string): void;
    close(): void;
  }

  function start(handle: Handle) {
    const turn = new FakeTurn();
    const server: Server = createServer({ turn, handle, explain: explainRefusal });
    let isOver = false;
    return {
      turn,
      connect(): Client {
        const wire = new FakeWire();
        const user = server.accept(wire, undefined);
        wire.onDestroy = () => user.closed();
        return {
          wire,
          say: (text) => user.received(bytesOf(text)),
          close() {
            user.ended();
            user.closed();
          },
        };
      },
      stop: () => void server.stop().then(() => (isOver = true)),
      cut: () => server.cut(),
      async isOver() {
        await turn.settle();
        return isOver;
      },
    };
  }

  it("is over at once where nobody is there", async () => {
    const server = start(() => answer("x"));
    server.stop();
    expect(await server.isOver()).toBe(true);
  });

  it("closes who is idle and whose head has come half, and is over once they close, too", async () => {
    const server = start(() => answer("x"));
    const [idle, half] = [server.connect(), server.connect()];
    half.say("GET / HTTP/1.1\r\n");
    server.stop();
    expect([idle.wire.isEnded, half.wire.isEnded, half.wire.written]).toEqual([true, true, ""]);
    half.say("host: box\r\n\r\n");
    idle.close();
    expect(await server.isOver()).toBe(false);
    half.close();
    expect([await server.isOver(), half.wire.written]).toEqual([true, ""]);
  });

  it("waits for no idle client that does not close", async () => {
    const server = start(() => answer("x"));
    const { wire, say } = server.connect();
    say(get);
    await server.turn.settle();
    server.stop();
    expect([wire.isEnded, wire.isDestroyed]).toEqual([true, false]);
    vi.advanceTimersByTime(2_500);
    expect([wire.isDestroyed, await server.isOver()]).toEqual([true, true]);
  });

  it("lets what is running end, says that it is the last, and takes nothing behind it", async () => {
    const { handle, requests, answer: answerTo } = waitingHandle();
    const server = start(handle);
    const { wire, say, close } = server.connect();
    say(get + get);
    await server.turn.settle();
    server.stop();
    vi.advanceTimersByTime(200_000);
    expect(wire.isOver).toBe(false);
    answerTo(0, answer("last"));
    await server.turn.settle();
    const answers = readAnswers(wire.written);
    expect(answers.map(({ body, fields }) => [body, fields.get("connection")])).toEqual([["last", "close"]]);
    expect([wire.isEnded, requests.length]).toEqual([true, 1]);
    close();
    expect(await server.isOver()).toBe(true);
  });

  it("lets a client read the answer that is still on its way", async () => {
    const server = start(() => answer("long"));
    const { wire, say } = server.connect();
    wire.takes = false;
    say(get);
    await server.turn.settle();
    server.stop();
    vi.advanceTimersByTime(100_000);
    expect([wire.isEnded, wire.isDestroyed]).toEqual([true, false]);
  });

  const endless = () =>
    answer(new ReadableStream<Uint8Array>({ start: (to) => to.enqueue(bytesOf("half")) }));

  it.each([
    ["a stream to a client of HTTP/1.0, which takes the connection's end for its end", "1.0", endless, true],
    ["a stream in chunks, whose last one is missing", "1.1", endless, false],
    ["a request without an answer", "1.0", () => new Promise<never>(() => {}), false],
  ])("cuts %s, as HTTP/%s has it", async (_what, version, handle, isReset) => {
    const server = start(handle);
    const { wire, say } = server.connect();
    say(get.replace("1.1", version));
    await server.turn.settle();
    server.stop();
    server.cut();
    expect([wire.isDestroyed, wire.isReset]).toEqual([true, isReset]);
    expect(await server.isOver()).toBe(true);
  });

  const ending = () =>
    answer(
      new ReadableStream<Uint8Array>({
        start(to) {
          to.enqueue(bytesOf("all of it"));
          to.close();
        },
      }),
    );

  it.each([
    ["HTTP/1.0 that has yet to take its stream's end, as an error", "1.0", ending, false, true],
    ["HTTP/1.0 that was sent all of its stream", "1.0", ending, true, false],
    ["HTTP/1.0 whose answer told its length", "1.0", () => answer("long"), false, false],
    ["HTTP/1.1 that has yet to take its stream's end", "1.1", ending, false, false],
  ])("cuts a client of %s", async (_what, version, handle, takes, isReset) => {
    const server = start(handle);
    const { wire, say } = server.connect();
    wire.takes = takes;
    say(get.replace("1.1\r\n", `${version}\r\nconnection: close\r\n`));
    await server.turn.settle();
    server.stop();
    server.cut();
    expect([wire.isEnded, wire.isDestroyed, wire.isReset]).toEqual([true, true, isReset]);
  });

  it("tells a client of HTTP/1.0 that sends no more of the end that its stream has not", async () => {
    const server = start(endless);
    const { wire, say, close } = server.connect();
    say(get.replace("1.1", "1.0"));
    await server.turn.settle();
    close();
    expect([wire.isDestroyed, wire.isReset]).toEqual([true, true]);
  });

  it("takes no request of a client that came at the last moment", async () => {
    const server = start(() => answer("x"));
    server.connect();
    server.stop();
    const { wire, say } = server.connect();
    say(get);
    await server.turn.settle();
    expect([wire.isEnded, wire.written]).toEqual([true, ""]);
  });
});
