/** A client's connection at both sides' pace: bodies that wait, answers that wait, clients that leave. */
import { describe, expect, it } from "vitest";
import type { LightRequest } from "../../src/http1/light-request.ts";
import { bytesOf } from "./support/fake-wire.ts";
import { readAnswers } from "./support/messages.ts";
import { answer, echo, serve, waitingHandle } from "./support/serve.ts";

const get = "GET / HTTP/1.1\r\nhost: box\r\n\r\n";
const postHead = (length: number) => `POST / HTTP/1.1\r\nhost: box\r\ncontent-length: ${length}\r\n\r\n`;
const large = "x".repeat(70_000);

describe("a request's body", () => {
  it("is held back while nobody reads it, and goes on when somebody does", async () => {
    const { handle, requests, answer: answerTo } = waitingHandle();
    const { feed, turn, wire } = serve(handle);
    await feed(postHead(3 * large.length), large);
    expect(wire.isPaused).toBe(true);
    const whole = requests[0]?.text();
    await turn.settle();
    expect(wire.isPaused).toBe(false);
    await feed(large, large);
    expect((await whole)?.length).toBe(3 * large.length);
    answerTo(0, answer("done"));
    await turn.settle();
    expect(readAnswers(wire.written).map(({ body }) => body)).toEqual(["done"]);
  });

  it("that came ahead of its reader leaves the connection open to hear of a client that leaves", async () => {
    const { handle, requests } = waitingHandle();
    const { connection, turn, wire, leave } = serve(handle);
    for (const piece of [postHead(2 * large.length), large, large]) connection.received(bytesOf(piece));
    await turn.settle();
    expect((await requests[0]?.bytes())?.byteLength).toBe(2 * large.length);
    expect(wire.isPaused).toBe(false);
    await leave();
    expect(requests[0]?.leaving.aborted).toBe(true);
  });

  it("that came ahead of its answer leaves the connection open to hear that its client closed", async () => {
    const { connection, turn, wire } = serve(() => answer("no"));
    const head = postHead(large.length).replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    for (const piece of [head, large]) connection.received(bytesOf(piece));
    await turn.settle();
    expect([wire.isEnded, wire.isPaused]).toEqual([true, false]);
  });

  it("that nobody wants is passed over after the answer, and the connection closed at its end", async () => {
    const { feed, wire, closings } = serve(() => answer("too much", 413));
    await feed(postHead(2 * large.length), large);
    expect(readAnswers(wire.written)[0]?.fields.get("connection")).toBe("close");
    expect([wire.isPaused, wire.isEnded]).toEqual([false, false]);
    await feed(large, get);
    expect([wire.isEnded, closings()]).toEqual([true, 0]);
    expect(readAnswers(wire.written).map(({ status }) => status)).toEqual([413]);
  });

  it("that nobody wants and that does not end is cut after half a second", async () => {
    const { feed, wire, wait } = serve(() => answer("too much", 413));
    await feed(postHead(2 * large.length), large);
    await wait(499);
    expect(wire.isDestroyed).toBe(false);
    await wait(1);
    expect(wire.isDestroyed).toBe(true);
  });

  it("whose reader leaves is passed over, and may still be answered", async () => {
    const { feed, wire } = serve(async (request) => {
      await request.body?.cancel();
      return answer("enough");
    });
    await feed(postHead(10), "12345", "67890", get);
    expect(readAnswers(wire.written).map(({ body }) => body)).toEqual(["enough"]);
    expect(wire.isEnded).toBe(true);
  });

  it("that breaks off fails for its reader, and tells that the client left", async () => {
    const { handle, requests } = waitingHandle();
    const { feed, leave, closings } = serve(handle);
    await feed(postHead(10), "12345");
    const told = requests[0]?.text().catch((thrown: unknown) => String(thrown));
    await leave();
    expect(await told).toContain("broke off");
    expect([requests[0]?.signal.aborted, closings()]).toEqual([true, 1]);
  });

  it("is bounded in time", async () => {
    const { feed, wire, wait } = serve(waitingHandle().handle);
    await feed(postHead(10), "1");
    await wait(3_599_999);
    expect(wire.isDestroyed).toBe(false);
    await wait(1);
    expect(wire.isDestroyed).toBe(true);
  });
});

describe("a client that leaves", () => {
  async function leaveAmid(when: "before" | "during" | "after"): Promise<LightRequest | undefined> {
    const { handle, requests, answer: answerTo } = waitingHandle();
    const { feed, turn, leave } = serve(handle);
    await feed(get);
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (stream = controller) });
    if (when !== "before") answerTo(0, answer(body));
    await turn.settle();
    stream?.enqueue(bytesOf("some"));
    if (when === "after") stream?.close();
    await turn.settle();
    await leave();
    return requests[0];
  }

  it("is told of where its answer was not whole", async () => {
    expect((await leaveAmid("before"))?.signal.aborted).toBe(true);
    expect((await leaveAmid("during"))?.signal.aborted).toBe(true);
    expect((await leaveAmid("after"))?.signal.aborted).toBe(false);
  });

  it("is told of once, by either signal", async () => {
    const { handle, requests } = waitingHandle();
    const { feed, leave } = serve(handle);
    await feed(get);
    const told: string[] = [];
    requests[0]?.signal.addEventListener("abort", () => told.push("platform"));
    requests[0]?.leaving.addEventListener("abort", () => told.push("light"));
    await leave();
    expect(told.toSorted()).toEqual(["light", "platform"]);
    expect(requests[0]?.signal.reason).toMatchObject({ name: "AbortError" });
  });

  it("gets no answer any more, and the stream that was meant for it is called off", async () => {
    const { handle, answer: answerTo } = waitingHandle();
    const { feed, turn, leave, wire } = serve(handle);
    await feed(get);
    await leave();
    const { promise: cancelled, resolve } = Promise.withResolvers<void>();
    answerTo(0, answer(new ReadableStream({ cancel: () => resolve() })));
    await turn.settle();
    await cancelled;
    expect(wire.written).toBe("");
  });

  it("before its request was looked at is told to the app all the same", async () => {
    const { handle, requests } = waitingHandle();
    const { connection, leave } = serve(handle);
    connection.received(bytesOf(get));
    await leave();
    expect(requests.map(({ leaving }) => leaving.aborted)).toEqual([true]);
  });

  it("by sending no more is cut where it waits for an answer, and closed where it does not", async () => {
    const waiting = serve(waitingHandle().handle);
    await waiting.feed(get);
    waiting.connection.ended();
    expect(waiting.wire.isDestroyed).toBe(true);
    const idle = serve(echo);
    await idle.feed(get);
    idle.connection.ended();
    expect([idle.wire.isEnded, idle.wire.isDestroyed]).toEqual([true, false]);
  });
});

describe("an answer", () => {
  it("waits for a client that does not take it, and its writer with it", async () => {
    let pulls = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull: (stream) => stream.enqueue(bytesOf(`${pulls++}`.padEnd(20_000))),
      });
    const { feed, turn, wire, connection } = serve(() => answer(endless()));
    wire.takes = false;
    await feed(get);
    const before = pulls;
    await turn.settle();
    // No more than may come up in one turn, although the stream never has to wait for anything.
    expect([pulls, pulls < 8]).toEqual([before, true]);
    connection.drained();
    await turn.settle();
    expect(pulls).toBeGreaterThan(before);
  });

  it("that its client does not take keeps the requests behind it waiting, so that answers do not pile up", async () => {
    const paths: string[] = [];
    const { feed, turn, wire, connection } = serve(({ url }) => {
      paths.push(url);
      return answer("x");
    });
    wire.takes = false;
    await feed(get + get, get);
    expect(paths).toHaveLength(1);
    for (let index = 0; index < 10; index++)
      await feed(`GET / HTTP/1.1\r\nhost: box\r\nx: ${"y".repeat(8_000)}\r\n\r\n`);
    expect([paths.length, wire.isPaused]).toEqual([1, true]);
    connection.drained();
    await turn.settle();
    expect(paths).toHaveLength(2);
    wire.takes = true;
    connection.drained();
    await turn.settle();
    expect(readAnswers(wire.written)).toHaveLength(13);
    expect(wire.isPaused).toBe(false);
  });

  it("that its client does not take is waited for, and then nothing behind it is answered", async () => {
    const { feed, wire, wait } = serve(() => answer("x"));
    wire.takes = false;
    await feed(get + get);
    await wait(75_000);
    expect([wire.isEnded, wire.isDestroyed, readAnswers(wire.written).length]).toEqual([true, false, 1]);
  });
});
