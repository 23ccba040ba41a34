/** Requests whose body comes as a stream: framed as announced, or not sent as what they are not. */
import { describe, expect, it } from "vitest";
import { fakeBoxes, ok } from "./support/boxes.ts";
import { bytesOf } from "./support/fake-wire.ts";

describe("a request's body as a stream", () => {
  function streaming(headers: ReadonlyMap<string, string> = new Map()) {
    const boxes = fakeBoxes();
    const state = { isCancelled: false };
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (stream = controller),
      cancel: () => void (state.isCancelled = true),
    });
    const { outcome, signal } = boxes.ask({ method: "POST", headers, body });
    return { boxes, outcome, signal, stream, state };
  }
  const afterHead = (text: string | undefined) => text?.split("\r\n\r\n").slice(1).join("\r\n\r\n");

  it("goes in chunks as it comes, or plain where its length is known", async () => {
    for (const [length, expected] of [
      [undefined, "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"],
      ["6", "onetwo"],
    ] as const) {
      const { boxes, stream, outcome } = streaming(
        new Map(length === undefined ? [] : [["content-length", length]]),
      );
      for (const piece of ["one", "", "two"]) {
        stream?.enqueue(bytesOf(piece));
        await boxes.turn.settle();
      }
      stream?.close();
      await boxes.turn.settle();
      expect(afterHead(boxes.sent()[0])).toBe(expected);
      boxes.connections[0]?.say(ok("x"));
      await boxes.turn.settle();
      expect([await outcome, boxes.connections[0]?.wire.isDestroyed]).toEqual(["200 x", false]);
    }
  });

  it.each([
    ["more", "onetwo"],
    ["less", "one"],
  ])("that is %s than it announced is never sent as what it is not", async (_what, sent) => {
    const { boxes, stream, outcome } = streaming(new Map([["content-length", "5"]]));
    for (const piece of [sent.slice(0, 3), sent.slice(3)]) {
      stream?.enqueue(bytesOf(piece));
      await boxes.turn.settle();
    }
    if (!boxes.connections[0]?.wire.isDestroyed) stream?.close();
    await boxes.turn.settle();
    expect(boxes.connections[0]?.wire.isDestroyed).toBe(true);
    expect(afterHead(boxes.sent()[0])?.length).toBeLessThanOrEqual(5);
    expect(await outcome).toBeInstanceOf(Error);
  });

  it("that has nothing to say at first has its head sent all the same, and once", async () => {
    const { boxes, stream, outcome } = streaming();
    await boxes.turn.settle();
    const head = boxes.connections[0]?.wire.take();
    expect(head).toMatch(/^POST .* HTTP\/1.1\r\n[^]*\r\ntransfer-encoding: chunked\r\n\r\n$/);
    stream?.enqueue(bytesOf("one"));
    stream?.close();
    await boxes.turn.settle();
    expect(boxes.connections[0]?.wire.written).toBe("3\r\none\r\n0\r\n\r\n");
    boxes.connections[0]?.say(ok("x"));
    await boxes.turn.settle();
    expect(await outcome).toBe("200 x");
  });

  it("that has its first bytes at once is sent with its head in one piece", async () => {
    const { boxes, stream } = streaming();
    stream?.enqueue(bytesOf("one"));
    stream?.close();
    await boxes.turn.settle();
    expect(boxes.connections[0]?.wire.pieces).toEqual([
      expect.stringMatching(/^POST [^]*\r\n\r\n3\r\none\r\n$/),
      "0\r\n\r\n",
    ]);
  });

  it("that is called off before its first bytes sends nothing behind its head", async () => {
    const { boxes, stream, signal, outcome, state } = streaming();
    await boxes.turn.settle();
    const sent = boxes.sent();
    signal.abort(new Error("not wanted"));
    stream?.enqueue(bytesOf("one"));
    await boxes.turn.settle();
    expect([boxes.sent(), state.isCancelled]).toEqual([sent, true]);
    expect(await outcome).toMatchObject({ message: "not wanted" });
  });

  it("that fails closes the connection, so that the box does not take it for whole", async () => {
    const { boxes, stream, outcome } = streaming();
    await boxes.turn.settle();
    stream?.enqueue(bytesOf("one"));
    await boxes.turn.settle();
    stream?.error(new Error("lost"));
    await boxes.turn.settle();
    expect([afterHead(boxes.sent()[0]), boxes.connections[0]?.wire.isDestroyed]).toEqual([
      "3\r\none\r\n",
      true,
    ]);
    expect(await outcome).toMatchObject({ message: "lost" });
  });

  it("that is answered early is not sent any further, and its connection not used again", async () => {
    const { boxes, stream, outcome, state } = streaming();
    await boxes.turn.settle();
    stream?.enqueue(bytesOf("one"));
    await boxes.turn.settle();
    boxes.connections[0]?.say(ok("enough"));
    await boxes.turn.settle();
    expect([await outcome, boxes.connections[0]?.wire.isDestroyed]).toEqual(["200 enough", true]);
    expect(afterHead(boxes.sent()[0])).toBe("3\r\none\r\n");
    stream?.enqueue(bytesOf("two"));
    await boxes.turn.settle();
    expect(state.isCancelled).toBe(true);
  });

  it("waits while the box does not take it", async () => {
    const { boxes, stream } = streaming();
    await boxes.turn.settle();
    const [connection] = boxes.connections;
    if (connection !== undefined) connection.wire.takes = false;
    for (const piece of ["one", "two"]) stream?.enqueue(bytesOf(piece));
    await boxes.turn.settle();
    expect(afterHead(connection?.wire.written)).toBe("3\r\none\r\n");
    connection?.user.drained();
    await boxes.turn.settle();
    expect(afterHead(connection?.wire.written)).toBe("3\r\none\r\n3\r\ntwo\r\n");
  });
});
