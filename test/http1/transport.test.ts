/** Connections to boxes: which is used again, when one is closed, and that no request is lost or sent twice. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { askOnce, fakeBoxes, ok, request } from "./support/boxes.ts";

afterEach(() => void vi.useRealTimers());
const fakeClock = () => vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });

describe("a connection to a box", () => {
  it("is used for one request after the other", async () => {
    const boxes = fakeBoxes();
    for (let time = 0; time < 3; time++) expect(await askOnce(boxes)).toBe("200 fine");
    expect(boxes.sent()).toEqual([request.repeat(3)]);
  });

  it("has one request at a time, so that more of them need more connections", async () => {
    const boxes = fakeBoxes();
    const outcomes = [boxes.ask(), boxes.ask(), boxes.ask()].map(({ outcome }) => outcome);
    await boxes.turn.settle();
    expect(boxes.sent()).toEqual([request, request, request]);
    for (const [index, connection] of boxes.connections.entries()) connection.say(ok(`${index}`));
    await boxes.turn.settle();
    expect(await Promise.all(outcomes)).toEqual(["200 0", "200 1", "200 2"]);
  });

  it("that was used last is used first", async () => {
    const boxes = fakeBoxes();
    const first = [boxes.ask(), boxes.ask()];
    await boxes.turn.settle();
    boxes.connections[1]?.say(ok("b"));
    boxes.connections[0]?.say(ok("a"));
    await boxes.turn.settle();
    await Promise.all(first.map(({ outcome }) => outcome));
    await askOnce(boxes);
    expect(boxes.sent()).toEqual([request.repeat(2), request]);
  });

  it("is another one for another box", async () => {
    const boxes = fakeBoxes();
    await askOnce(boxes);
    const { outcome } = boxes.ask({}, "http://box:5678/v1/models");
    await boxes.turn.settle();
    boxes.connections[1]?.say(ok("other"));
    await boxes.turn.settle();
    expect(await outcome).toBe("200 other");
    expect(boxes.sent()[1]).toContain("host: box:5678\r\n");
  });

  it("is closed after four seconds without a request, and not used from then on", async () => {
    fakeClock();
    const boxes = fakeBoxes();
    await askOnce(boxes);
    vi.advanceTimersByTime(3_000);
    expect(boxes.connections[0]?.wire.isDestroyed).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(boxes.connections[0]?.wire.isDestroyed).toBe(true);
    await askOnce(boxes);
    expect(boxes.connections).toHaveLength(2);
  });

  it("is not used once its time is over, whether anybody looked or not", async () => {
    fakeClock();
    const boxes = fakeBoxes();
    await askOnce(boxes);
    vi.setSystemTime(Date.now() + 4_000);
    expect(await askOnce(boxes)).toBe("200 fine");
    expect(boxes.sent()).toEqual([request, request]);
    expect(boxes.connections[0]?.wire.isDestroyed).toBe(true);
  });

  it("is kept for as long as the box says, less a second", async () => {
    fakeClock();
    for (const [hint, uses] of [
      ["keep-alive: timeout=3", 1],
      ["keep-alive: timeout=60", 2],
      ["connection: close", 1],
    ] as const) {
      const boxes = fakeBoxes();
      await askOnce(boxes, ok("x", hint));
      vi.setSystemTime(Date.now() + 2_500);
      await askOnce(boxes);
      expect(boxes.sent()[0]).toBe(request.repeat(uses));
    }
  });

  it("that a box closes while it is idle is not used again", async () => {
    const boxes = fakeBoxes();
    await askOnce(boxes);
    boxes.connections[0]?.user.ended();
    expect(await askOnce(boxes)).toBe("200 fine");
    expect(boxes.sent()).toEqual([request, request]);
  });

  it.each([ok("more"), "x", "\r\n", "HTTP/1.1 408 Request Timeout\r\n\r\n"])(
    "that says %j unasked is not used again",
    async (unasked) => {
      const boxes = fakeBoxes();
      await askOnce(boxes);
      boxes.connections[0]?.say(unasked);
      expect(await askOnce(boxes, ok("right"))).toBe("200 right");
      expect(boxes.sent()).toEqual([request, request]);
      expect(boxes.connections[0]?.wire.isDestroyed).toBe(true);
    },
  );

  it.each([ok("more"), "x", "\r\n"])("that says %j behind an answer is not used again", async (surplus) => {
    for (const first of [ok("right"), "HTTP/1.1 204 No Content\r\n\r\n", chunked("right")]) {
      const boxes = fakeBoxes();
      expect(await askOnce(boxes, first + surplus)).toMatch(/^20[04] (right)?$/);
      expect(await askOnce(boxes, ok("second"))).toBe("200 second");
      expect(boxes.sent()).toEqual([request, request]);
    }
  });

  it("that says something before it is asked anything is closed", async () => {
    const boxes = fakeBoxes({ isSlow: true });
    const { outcome } = boxes.ask();
    await boxes.turn.settle();
    boxes.connections[0]?.say(ok("early"));
    boxes.connected();
    await boxes.turn.settle();
    expect(await outcome).toMatchObject({ code: "ECONNRESET" });
    expect([boxes.sent(), boxes.connections[0]?.wire.isDestroyed]).toEqual([[""], true]);
  });
});

const chunked = (text: string) =>
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
