/** Requests to boxes: sent once, over a connection that is there, and called off at any time. */
import { describe, expect, it } from "vitest";
import type { UpstreamInit } from "../../src/runtime.ts";
import { askOnce, fakeBoxes, ok, request } from "./support/boxes.ts";
import { bytesOf } from "./support/fake-wire.ts";

describe("a request", () => {
  it("takes another connection where its own is closed before it is sent", async () => {
    const boxes = fakeBoxes();
    const both = [boxes.ask(), boxes.ask()];
    await boxes.turn.settle();
    for (const connection of boxes.connections) connection.say(ok("x"));
    await boxes.turn.settle();
    await Promise.all(both.map(({ outcome }) => outcome));
    const { outcome } = boxes.ask();
    // Between taking it and the turn's end.
    boxes.connections[1]?.close();
    await boxes.turn.settle();
    boxes.connections[0]?.say(ok("safe"));
    await boxes.turn.settle();
    expect(await outcome).toBe("200 safe");
    expect(boxes.sent()).toEqual([request.repeat(2), request]);
  });

  it("takes a fresh connection where all idle ones are closed before it is sent", async () => {
    const boxes = fakeBoxes();
    await askOnce(boxes);
    const { outcome } = boxes.ask();
    boxes.connections[0]?.close();
    await boxes.turn.settle();
    boxes.connections[1]?.say(ok("safe"));
    await boxes.turn.settle();
    expect([await outcome, ...boxes.sent()]).toEqual(["200 safe", request, request]);
  });

  it("fails, and is not sent again, where its connection closes once it was sent", async () => {
    for (const cause of [undefined, Object.assign(new Error("reset"), { code: "ECONNRESET" })]) {
      const boxes = fakeBoxes();
      await askOnce(boxes);
      const { outcome } = boxes.ask();
      await boxes.turn.settle();
      boxes.connections[0]?.close(cause);
      await boxes.turn.settle();
      expect(await outcome).toMatchObject({ code: "ECONNRESET" });
      expect(boxes.sent()).toEqual([request.repeat(2)]);
    }
  });

  it("fails with the runtime's own error where nobody listens", async () => {
    const boxes = fakeBoxes({ isSlow: true });
    const { outcome } = boxes.ask();
    boxes.fail(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
    expect(await outcome).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("that cannot be written fails before there is a connection", async () => {
    for (const init of [
      { headers: new Map([["x", "a\r\nb: c"]]) },
      { headers: new Map([["x y", "a"]]) },
      { method: "GE T" },
    ]) {
      const boxes = fakeBoxes();
      expect(await boxes.ask(init).outcome).toBeInstanceOf(TypeError);
      expect(boxes.connections).toHaveLength(0);
    }
    for (const url of ["http://box/a b", "http://box/a\r\nb", "http://box/\u00e9"]) {
      expect(await fakeBoxes().ask({}, url).outcome).toBeInstanceOf(TypeError);
    }
  });

  it("that is called off before it begins connects to nobody", async () => {
    const boxes = fakeBoxes();
    const reason = new Error("not wanted");
    expect(await boxes.ask({ signal: AbortSignal.abort(reason) }).outcome).toBe(reason);
    expect(boxes.connections).toHaveLength(0);
  });

  it("that is called off while it connects is not sent", async () => {
    const boxes = fakeBoxes({ isSlow: true });
    const reason = new Error("not wanted");
    const { signal, outcome } = boxes.ask();
    signal.abort(reason);
    expect(await outcome).toBe(reason);
    boxes.connected();
    await boxes.turn.settle();
    expect([boxes.sent(), boxes.connections[0]?.wire.isDestroyed]).toEqual([[""], true]);
  });

  it("that is called off between connecting and the turn's end is not sent", async () => {
    const boxes = fakeBoxes();
    await askOnce(boxes);
    const reason = new Error("not wanted");
    const { signal, outcome } = boxes.ask();
    signal.abort(reason);
    await boxes.turn.settle();
    expect(await outcome).toBe(reason);
    expect([boxes.sent(), boxes.connections[0]?.wire.isDestroyed]).toEqual([[request], true]);
  });

  it.each([
    ["before the head", ""],
    ["amid the head", "HTTP/1.1 200 OK\r\n"],
    ["amid the body", ok("12345").slice(0, -1)],
  ])("that is called off %s fails with the reason, and closes its connection", async (_when, heard) => {
    const boxes = fakeBoxes();
    const reason = new Error("not wanted");
    const { signal, outcome } = boxes.ask();
    await boxes.turn.settle();
    if (heard !== "") boxes.connections[0]?.say(heard);
    await boxes.turn.settle();
    signal.abort(reason);
    expect(await outcome).toBe(reason);
    expect(boxes.connections[0]?.wire.isDestroyed).toBe(true);
  });

  it("that is called off after its answer was read leaves the connection alone", async () => {
    const boxes = fakeBoxes();
    const { signal, outcome } = boxes.ask();
    await boxes.turn.settle();
    boxes.connections[0]?.say(ok("x"));
    await boxes.turn.settle();
    await outcome;
    signal.abort(new Error("too late"));
    expect(boxes.connections[0]?.wire.isDestroyed).toBe(false);
  });

  it("sends its body with its length, in one piece or several, and none where there is none", async () => {
    const boxes = fakeBoxes();
    const head = (framing: string) =>
      `POST /v1/models HTTP/1.1\r\nhost: box:1234\r\nconnection: keep-alive\r\n${framing}\r\n`;
    for (const [body, expected] of [
      [null, head("content-length: 0\r\n")],
      [bytesOf("whole"), `${head("content-length: 5\r\n")}whole`],
      [[bytesOf("in "), bytesOf("parts")], `${head("content-length: 8\r\n")}in parts`],
      [[], head("content-length: 0\r\n")],
    ] as const) {
      const { outcome } = boxes.ask({ method: "POST", body });
      await boxes.turn.settle();
      expect(boxes.connections[0]?.wire.take()).toBe(expected);
      boxes.connections[0]?.say(ok("x"));
      await boxes.turn.settle();
      await outcome;
    }
  });
});

describe("a box that answers before it has taken the whole request", () => {
  async function answerEarly(body: UpstreamInit["body"], isTakenAtLast: boolean) {
    const boxes = fakeBoxes();
    const { outcome } = boxes.ask({ method: "POST", body });
    const [first] = boxes.connections;
    // It is connected, and nothing was sent yet.
    if (first !== undefined) first.wire.takes = false;
    await boxes.turn.settle();
    if (isTakenAtLast) first?.user.drained();
    first?.say(ok("too much"));
    await boxes.turn.settle();
    const { outcome: next } = boxes.ask();
    await boxes.turn.settle();
    for (const { wire, say } of boxes.connections) if (!wire.isDestroyed) say(ok("next"));
    await boxes.turn.settle();
    return { outcomes: [await outcome, await next], connections: boxes.connections.length };
  }
  const outcomes = ["200 too much", "200 next"];

  it.each([
    ["one piece", bytesOf("long")],
    ["several", [bytesOf("lo"), bytesOf("ng")]],
  ])("is sent the next one over another connection: a body of %s", async (_what, body) => {
    expect(await answerEarly(body, false)).toEqual({ outcomes, connections: 2 });
  });

  it("is sent the next one over the same where it has taken it since", async () => {
    expect(await answerEarly(bytesOf("long"), true)).toEqual({ outcomes, connections: 1 });
  });
});
