/** An answer's bytes on their way to the wire. */
import { beforeEach, describe, expect, it } from "vitest";
import { Outgoing, type Outflow } from "../../src/http1/outgoing.ts";
import { FakeTurn } from "./support/fake-turn.ts";
import { bytesOf, FakeWire } from "./support/fake-wire.ts";

let turn: FakeTurn;
let wire: FakeWire;
/** What the connection was told, each time that an answer was handed on. */
let answered: boolean[];

beforeEach(() => {
  turn = new FakeTurn();
  wire = new FakeWire();
  answered = [];
});

function outgoing({ isHead = false, takesChunks = true, isLast = false } = {}): Outgoing {
  const outflow: Outflow = {
    turn,
    write: (before, bytes, after) => wire.write(before, bytes, after),
    destroy: () => wire.destroy(),
    reset: () => wire.reset(),
    connectionFields: (last) => (last ? "connection: close\r\n" : "connection: keep-alive\r\n"),
    answered: (last) => answered.push(last),
  };
  return new Outgoing(outflow, { isHead, takesChunks, isLast: () => isLast });
}

const none = new Map<string, string>();
const stay = "connection: keep-alive\r\n";
const close = "connection: close\r\n";

describe("a whole answer", () => {
  it("is written once, with its length", async () => {
    outgoing().sendWhole(200, new Map([["content-type", "text/plain"]]), "héllo");
    await turn.settle();
    expect(wire.written).toBe(
      `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 6\r\n${stay}\r\nh\u00c3\u00a9llo`,
    );
    expect(answered).toEqual([false]);
  });

  it("keeps what is the connection's business to the connection, and believes no announced length", async () => {
    const fields = ["connection", "keep-alive", "transfer-encoding", "date", "content-length"];
    outgoing().sendWhole(200, new Map(fields.map((name) => [name, "7"])), "abc");
    await turn.settle();
    expect(wire.written).toBe(`HTTP/1.1 200 OK\r\ncontent-length: 3\r\n${stay}\r\nabc`);
  });

  it.each([204, 304])("with %s has neither body nor length", async (status) => {
    outgoing().sendWhole(status, new Map([["content-length", "3"]]), "abc");
    await turn.settle();
    expect(wire.written).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\w ]+\\r\\n${stay}\\r\\n$`));
  });

  it("to HEAD has the length that GET would get, and no body", async () => {
    outgoing({ isHead: true }).sendWhole(200, none, "abc");
    outgoing({ isHead: true }).sendWhole(200, new Map([["content-length", "9000"]]), null);
    await turn.settle();
    const head = (length: number) => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n${stay}\r\n`;
    expect(wire.written).toBe(head(3) + head(9000));
  });

  it.each([false, true])(
    "to HEAD tells no length that nobody knows, chunks or not (%s)",
    async (takesChunks) => {
      outgoing({ isHead: true, takesChunks }).sendWhole(200, none, null);
      outgoing({ isHead: true, takesChunks }).sendWhole(200, new Map([["content-length", "7"]]), null);
      await turn.settle();
      const told = "content-length: 7\r\n";
      expect(wire.written).toBe(`HTTP/1.1 200 OK\r\n${stay}\r\nHTTP/1.1 200 OK\r\n${told}${stay}\r\n`);
      expect(answered).toEqual([false, false]);
    },
  );

  it.each<[string, number, [string, string]]>([
    ["a status below 200", 199, ["x", "1"]],
    ["a status that is none", 1000, ["x", "1"]],
    ["a line end in a value", 200, ["x", "a\r\nset-cookie: b"]],
    ["a lone carriage return in a value", 200, ["x", "a\rb"]],
    ["a character that is more than a byte", 200, ["x", "\u010a"]],
    ["a name that is no token", 200, ["x y", "1"]],
    ["a name with a line end", 200, ["x\r\ny", "1"]],
  ])("with %s is not written at all", async (_what, status, field) => {
    const out = outgoing();
    expect(() => out.sendWhole(status, new Map([field]), "abc")).toThrow(/is no status|cannot be sent/);
    await turn.settle();
    expect(wire.written).toBe("");
    out.breakOff();
    await turn.settle();
    expect(wire.written).toBe(`HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n${stay}\r\n`);
  });
});

describe("an answer in pieces", () => {
  it("goes in chunks, several pieces of one turn as one", async () => {
    const out = outgoing();
    out.begin(200, none);
    await turn.settle();
    expect(wire.take()).toBe(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n${stay}\r\n`);
    void out.write(bytesOf("one"));
    void out.write(bytesOf(""));
    void out.write(bytesOf("two".repeat(5)));
    await turn.settle();
    expect(wire.take()).toBe(`12\r\none${"two".repeat(5)}\r\n`);
    out.end();
    await turn.settle();
    expect([wire.take(), answered]).toEqual(["0\r\n\r\n", [false]]);
  });

  it("that is whole within the turn in which it began is ended once", async () => {
    const out = outgoing();
    out.begin(200, none);
    void out.write(bytesOf("all"));
    out.end();
    await turn.settle();
    expect(wire.written).toBe(
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n${stay}\r\n3\r\nall\r\n0\r\n\r\n`,
    );
    expect(answered).toEqual([false]);
  });

  it("goes until the connection ends where the client knows no chunks", async () => {
    const out = outgoing({ takesChunks: false });
    out.begin(200, none);
    void out.write(bytesOf("all"));
    out.end();
    await turn.settle();
    expect(wire.written).toBe(`HTTP/1.1 200 OK\r\n${close}\r\nall`);
    expect(answered).toEqual([true]);
  });

  it("has the length that it announces", async () => {
    const out = outgoing({ takesChunks: false });
    out.begin(200, new Map([["content-length", "6"]]));
    void out.write(bytesOf("abc"));
    await turn.settle();
    void out.write(bytesOf("def"));
    out.end();
    await turn.settle();
    expect(wire.written).toBe(`HTTP/1.1 200 OK\r\ncontent-length: 6\r\n${stay}\r\nabcdef`);
    expect(answered).toEqual([false]);
  });

  it.each(["2", "4"])("is cut where it announced %s bytes and has 3", async (length) => {
    const out = outgoing();
    out.begin(200, new Map([["content-length", length]]));
    void out.write(bytesOf("a"));
    await turn.settle();
    void out.write(bytesOf("bc"));
    await turn.settle();
    out.end();
    await turn.settle();
    expect([wire.isDestroyed, answered]).toEqual([true, []]);
    const [, body = ""] = wire.written.split("\r\n\r\n");
    // What is too much would be read as the start of the next answer.
    expect(body.length).toBeLessThanOrEqual(Number(length));
  });

  it("to HEAD is its head alone", async () => {
    const out = outgoing({ isHead: true });
    out.begin(200, none);
    void out.write(bytesOf("abc"));
    out.end();
    await turn.settle();
    expect(wire.written).toBe(`HTTP/1.1 200 OK\r\n${stay}\r\n`);
  });

  it.each([
    ["with an error where only its end would tell", { takesChunks: false }, none, true],
    ["in good order where its chunks tell", {}, none, false],
    [
      "in good order where its length tells",
      { takesChunks: false },
      new Map([["content-length", "9"]]),
      false,
    ],
  ])("that fails midway is cut %s", async (_how, asked, fields, isReset) => {
    const out = outgoing(asked);
    out.begin(200, fields);
    void out.write(bytesOf("half"));
    await turn.settle();
    out.breakOff();
    expect([wire.isDestroyed, wire.isReset, answered]).toEqual([true, isReset, []]);
  });

  it("is cut where it fails midway, and nothing says that it was whole", async () => {
    const out = outgoing();
    out.begin(200, none);
    void out.write(bytesOf("half"));
    await turn.settle();
    out.breakOff();
    await turn.settle();
    expect(wire.written).toMatch(/4\r\nhalf\r\n$/);
    expect([wire.isDestroyed, answered]).toEqual([true, []]);
  });
});

describe("whoever writes", () => {
  it("waits until the client has taken what it has", async () => {
    wire.takes = false;
    const out = outgoing();
    out.begin(200, none);
    void out.write(bytesOf("much"));
    expect(out.isReady).toBe(false);
    await turn.settle();
    let isTaken = false;
    void out.write(bytesOf("more"))?.then(() => (isTaken = true));
    await turn.settle();
    expect([isTaken, out.isReady]).toEqual([false, false]);
    out.drained();
    await turn.settle();
    expect([isTaken, out.isReady]).toEqual([true, true]);
  });

  it("waits for the turn's end where much came up in it", async () => {
    const out = outgoing();
    out.begin(200, none);
    expect(out.write(bytesOf("x".repeat(64 * 1024)))).toBeUndefined();
    let isTaken = false;
    void out.write(bytesOf("x"))?.then(() => (isTaken = true));
    await Promise.resolve();
    expect(isTaken).toBe(false);
    await turn.settle();
    expect([isTaken, out.isReady]).toEqual([true, true]);
  });

  it("is let go when the client leaves, who is told of once", async () => {
    wire.takes = false;
    const out = outgoing();
    let leavings = 0;
    out.tellLeaving({ leave: () => void leavings++ });
    out.begin(200, none);
    await turn.settle();
    const waiting = out.write(bytesOf("more"));
    out.leave();
    out.leave();
    await waiting;
    expect([leavings, out.isGone, out.write(bytesOf("x"))]).toEqual([1, true, undefined]);
  });

  it("is not told of a client that leaves after the end", async () => {
    const out = outgoing();
    let leavings = 0;
    out.tellLeaving({ leave: () => void leavings++ });
    out.sendWhole(200, none, "all");
    await turn.settle();
    out.leave();
    expect(leavings).toBe(0);
  });

  it("cannot answer a second time", async () => {
    const out = outgoing();
    out.sendWhole(200, none, "one");
    out.sendWhole(200, none, "two");
    out.begin(200, none);
    void out.write(bytesOf("three"));
    out.end();
    out.breakOff();
    await turn.settle();
    expect(wire.written).toMatch(/\r\n\r\none$/);
    expect([answered, wire.isDestroyed]).toEqual([[false], false]);
  });
});
