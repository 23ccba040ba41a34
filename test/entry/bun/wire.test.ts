/** Bun's sockets as wires, over a socket that the test plays. */
import { beforeEach, describe, expect, it } from "vitest";
import { bunHandlers, type BunSocket, BunWire } from "../../../src/entry/bun/wire.ts";

class FakeSocket implements BunSocket<BunWire> {
  declare data: BunWire;
  readonly remoteAddress = "10.0.0.1";
  written = "";
  /** How many bytes it still takes; negative once it is closed. */
  room = Infinity;
  readonly calls: string[] = [];

  write(bytes: Uint8Array): number {
    if (this.room < 0) return -1;
    const taken = Math.min(this.room, bytes.byteLength);
    this.room -= taken;
    this.written += Buffer.from(bytes.subarray(0, taken)).toString("latin1");
    return taken;
  }

  pause = () => void this.calls.push("pause");
  resume = () => void this.calls.push("resume");
  shutdown = () => void this.calls.push("shutdown");
  terminate = () => void this.calls.push("terminate");
  setNoDelay(): void {}
  setKeepAlive(): void {}
}

let socket: FakeSocket;
let wire: BunWire;
let told: string[];

beforeEach(() => {
  socket = new FakeSocket();
  wire = new BunWire(socket);
  socket.data = wire;
  told = [];
  wire.user = {
    received: (bytes) => void told.push(`received ${Buffer.from(bytes).toString("latin1")}`),
    drained: () => void told.push("drained"),
    ended: () => void told.push("ended"),
    closed: (cause) => void told.push(cause === undefined ? "closed" : `closed by ${cause.message}`),
  };
});

describe("a wire on Bun", () => {
  it("writes everything in its order, however little is taken at a time", () => {
    socket.room = 3;
    expect(wire.write("head ", Buffer.from("body"), " tail")).toBe(false);
    expect(wire.write("more")).toBe(false);
    for (let round = 0; round < 30; round++) {
      socket.room = 1;
      bunHandlers.drain(socket);
    }
    expect(socket.written).toBe("head body tailmore");
    expect(told[0]).toBe("drained");
  });

  it("writes long bytes between the texts around them, cut or not", () => {
    const long = Buffer.alloc(100_000, "x");
    socket.room = 50_000;
    expect(wire.write("before", long, "after")).toBe(false);
    socket.room = Infinity;
    bunHandlers.drain(socket);
    expect(socket.written === `before${long.toString()}after`).toBe(true);
    expect(wire.write("", long, "")).toBe(true);
  });

  it("closes one way, once, when everything was sent", () => {
    socket.room = 2;
    wire.write("last");
    wire.end();
    wire.end();
    expect(socket.calls).toEqual([]);
    socket.room = Infinity;
    bunHandlers.drain(socket);
    expect([socket.written, socket.calls]).toEqual(["last", ["shutdown"]]);
  });

  it("writes nothing to a socket that is closed, and tells of it once", () => {
    socket.room = -1;
    wire.write("lost");
    bunHandlers.close(socket, new Error("reset"));
    bunHandlers.close(socket);
    bunHandlers.drain(socket);
    expect([socket.written, told[0], wire.write("more")]).toEqual(["", "closed by reset", true]);
    expect(told.filter((word) => word.startsWith("closed"))).toHaveLength(1);
  });

  it("is cut and reset in the same way, and what waits goes with it", () => {
    for (const cut of ["destroy", "reset"] as const) {
      socket.room = 0;
      wire.write("lost");
      wire[cut]();
      expect(socket.calls.splice(0)).toEqual(["terminate"]);
      socket.room = Infinity;
      bunHandlers.drain(socket);
      expect(socket.written).toBe("");
    }
  });

  it("hands on what comes, and ends what throws", () => {
    bunHandlers.data(socket, new Uint8Array(Buffer.from("one")));
    bunHandlers.end(socket);
    bunHandlers.error(socket, new Error("unforeseen"));
    expect([told, socket.calls]).toEqual([["received one", "ended"], ["terminate"]]);
  });
});
