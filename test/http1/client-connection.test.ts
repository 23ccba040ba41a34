/** Answers of boxes: whole or failed, never half and taken for whole. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askOnce, fakeBoxes, ok, request } from "./support/boxes.ts";
import { cutAt, latin1 } from "./support/fake-wire.ts";

const chunked = (...pieces: string[]) =>
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${[...pieces, ""].map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join("")}`;
const untilClose = (text: string) => `HTTP/1.1 200 OK\r\n\r\n${text}`;
const interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";

/** What comes of an answer that is said in these pieces. */
async function hear(pieces: readonly string[], close?: "end" | Error) {
  const boxes = fakeBoxes();
  const { outcome } = boxes.ask();
  await boxes.turn.settle();
  boxes.connections[0]?.say(...pieces);
  if (close !== undefined) boxes.connections[0]?.close(close === "end" ? undefined : close);
  await boxes.turn.settle();
  return { outcome: await outcome, boxes, isKept: boxes.connections[0]?.wire.isDestroyed === false };
}

describe("an answer", () => {
  it.each([
    ["with a length", ok("a body")],
    ["in chunks", chunked("a b", "ody")],
    ["behind interim ones", interim + ok("a body")],
  ])("%s is whole wherever it is cut, and its connection stays", async (_what, text) => {
    for (let cut = 0; cut <= text.length; cut++) {
      const { outcome, isKept } = await hear(cutAt(text, [cut]));
      expect([outcome, isKept]).toEqual(["200 a body", true]);
    }
    expect((await hear([...text])).outcome).toBe("200 a body");
  });

  it.each([
    ["with a length", ok("a body")],
    ["in chunks", chunked("a b", "ody")],
    ["behind interim ones", interim + ok("a body")],
  ])("%s fails wherever it breaks off", async (_what, text) => {
    for (let length = 0; length < text.length; length++) {
      const { outcome } = await hear([text.slice(0, length)], "end");
      expect(outcome).toMatchObject({ code: "ECONNRESET", message: "other side closed" });
    }
    const lost = Object.assign(new Error("lost"), { code: "ETIMEDOUT" });
    expect((await hear([text.slice(0, -1)], lost)).outcome).toBe(lost);
  });

  it("without a length is whole when the connection ends, and fails where it breaks", async () => {
    expect((await hear([untilClose("a bo"), "dy"], "end")).outcome).toBe("200 a body");
    expect((await hear([untilClose("")], "end")).outcome).toBe("200 ");
    const lost = new Error("lost");
    expect((await hear([untilClose("a bo")], lost)).outcome).toBe(lost);
  });

  it.each([
    ["no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    ["TLS", "\u0015\u0003\u0001\0\u0002\u0002"],
    ["line feeds alone", "HTTP/1.1 200 OK\ncontent-length: 0\n\n"],
    ["another protocol from now on", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
    ["a folded field", "HTTP/1.1 200 OK\r\nx: y\r\n z\r\n\r\n"],
    ["a head without end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(17_000)}`],
    ["a head that is too long", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(17_000)}\r\n\r\n`],
  ])("that is %s fails, and its connection is closed", async (_what, text) => {
    const { outcome, isKept } = await hear([text]);
    expect([outcome, isKept]).toEqual([expect.objectContaining({ code: "HPE_INVALID" }), false]);
  });

  it.each(["x\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "-1\r\n", "ffffffffffffffff\r\n"])(
    "with the chunk %j fails, and its connection is closed",
    async (chunks) => {
      const { outcome, isKept } = await hear([chunked("fine").replace("0\r\n\r\n", chunks)]);
      expect(outcome).toMatchObject({ name: "MalformedBody" });
      expect(isKept).toBe(false);
    },
  );

  it("to HEAD has no body, whatever it announces, and its connection stays", async () => {
    for (const fields of [
      "content-length: 9",
      "transfer-encoding: chunked",
      "content-encoding: gzip",
      "x: y",
    ]) {
      const boxes = fakeBoxes();
      const { outcome } = boxes.ask({ method: "HEAD" });
      await boxes.turn.settle();
      boxes.connections[0]?.say(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`);
      await boxes.turn.settle();
      expect(await outcome).toBe("200 ");
      expect(await askOnce(boxes)).toBe("200 fine");
      expect(boxes.connections).toHaveLength(1);
    }
  });

  it("never throws and never hangs, whatever comes", async () => {
    const words = fc.constantFrom(
      "HTTP/1.1 ",
      "200",
      " OK",
      "\r\n",
      "\r\n\r\n",
      "content-length: ",
      "3",
      "0",
      "\n",
      "x: y",
      "transfer-encoding: chunked",
      "abc",
      "\0",
      " ",
      "HTTP/1.1 100 Continue\r\n\r\n",
    );
    const property = fc.asyncProperty(fc.array(words, { maxLength: 14 }), async (pieces) => {
      const { outcome } = await hear(pieces, "end");
      expect(outcome instanceof Error || typeof outcome === "string").toBe(true);
    });
    await expect(fc.assert(property, { numRuns: 300 })).resolves.toBeUndefined();
  });
});

describe("an answer's reader", () => {
  it("holds the box back while it does not read, and hears of its end afterwards", async () => {
    const boxes = fakeBoxes();
    const { response } = boxes.begin();
    await boxes.turn.settle();
    const [connection] = boxes.connections;
    connection?.say(untilClose("x".repeat(40_000)), "x".repeat(40_000));
    await boxes.turn.settle();
    expect(connection?.wire.isPaused).toBe(true);
    const text = (await response).text();
    expect(connection?.wire.isPaused).toBe(false);
    connection?.close();
    await boxes.turn.settle();
    expect((await text).length).toBe(80_000);
  });

  it("that leaves closes the connection", async () => {
    const boxes = fakeBoxes();
    const { response } = boxes.begin();
    await boxes.turn.settle();
    boxes.connections[0]?.say(ok("12345").slice(0, -1));
    await boxes.turn.settle();
    await (await response).body?.cancel();
    expect(boxes.connections[0]?.wire.isDestroyed).toBe(true);
    expect([await askOnce(boxes), boxes.sent()]).toEqual(["200 fine", [request, request]]);
  });

  it("that leaves after the end does not", async () => {
    const boxes = fakeBoxes();
    const { response } = boxes.begin();
    await boxes.turn.settle();
    boxes.connections[0]?.say(ok("12345"));
    await boxes.turn.settle();
    await (await response).body?.cancel();
    expect(boxes.connections[0]?.wire.isDestroyed).toBe(false);
  });

  it("finds no body with 204 and 304, packed or not", async () => {
    for (const status of [204, 304]) {
      const boxes = fakeBoxes();
      const { response } = boxes.begin();
      await boxes.turn.settle();
      boxes.connections[0]?.say(`HTTP/1.1 ${status} x\r\ncontent-encoding: gzip\r\n\r\n`);
      await boxes.turn.settle();
      expect([(await response).body, boxes.connections[0]?.wire.isDestroyed]).toEqual([null, false]);
    }
  });
});

it("a large answer arrives byte for byte in any cut, and its connection stays", async () => {
  const body = Array.from({ length: 256 }, (_none, code) => String.fromCharCode(code))
    .join("")
    .repeat(4_096);
  const pieces = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 4, maxLength: 12 });
  const property = fc.asyncProperty(pieces, fc.boolean(), async (sizes, isChunked) => {
    const boxes = fakeBoxes();
    const { response } = boxes.begin();
    await boxes.turn.settle();
    let rest = isChunked ? chunked(body.slice(0, 300_000), body.slice(300_000)) : ok(body);
    for (let index = 0; rest !== ""; index++) {
      const size = sizes[index % sizes.length] ?? 1;
      boxes.connections[0]?.say(rest.slice(0, Math.max(size, 10_000)));
      rest = rest.slice(Math.max(size, 10_000));
    }
    await boxes.turn.settle();
    expect(latin1(await (await response).bytes()) === body).toBe(true);
    expect(boxes.connections[0]?.wire.isDestroyed).toBe(false);
  });
  await expect(fc.assert(property, { numRuns: 15 })).resolves.toBeUndefined();
});
