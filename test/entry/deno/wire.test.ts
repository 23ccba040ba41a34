/** Deno's connections as wires, over a connection that the test plays. */
import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { type DenoConnection, DenoWire } from "../../../src/entry/deno/wire.ts";

/** Takes what it is given as far as the test lets it. */
class FakeConnection implements DenoConnection {
  readonly remoteAddr = {};
  written = "";
  isClosed = false;
  isWriteClosed = false;
  #writes: { readonly bytes: Uint8Array; readonly taken: PromiseWithResolvers<number> }[] = [];
  #reads: { readonly into: Uint8Array; readonly read: PromiseWithResolvers<number | null> }[] = [];

  read(into: Uint8Array): Promise<number | null> {
    const read = Promise.withResolvers<number | null>();
    this.#reads.push({ into, read });
    return read.promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    const taken = Promise.withResolvers<number>();
    this.#writes.push({ bytes, taken });
    return taken.promise;
  }

  /** The other side takes so many bytes of what was written last. */
  async take(count: number): Promise<void> {
    const write = this.#writes.shift();
    this.written += Buffer.from(write?.bytes.subarray(0, count) ?? []).toString("latin1");
    write?.taken.resolve(Math.min(count, write.bytes.byteLength));
    await setImmediate();
  }

  /** The other side says something, or null: nothing any more. */
  async say(text: string | null): Promise<void> {
    const read = this.#reads.shift();
    const length = text === null ? null : Buffer.from(text, "latin1").copy(read?.into ?? new Uint8Array());
    read?.read.resolve(length);
    await setImmediate();
  }

  get isRead(): boolean {
    return this.#reads.length > 0;
  }

  close(): void {
    this.isClosed = true;
    for (const { read } of this.#reads) read.reject(new Error("Bad resource ID"));
    for (const { taken } of this.#writes) taken.reject(new Error("Bad resource ID"));
  }

  async closeWrite(): Promise<void> {
    this.isWriteClosed = true;
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
}

let connection: FakeConnection;
let wire: DenoWire;
let told: string[];

beforeEach(() => {
  connection = new FakeConnection();
  wire = new DenoWire(connection);
  told = [];
  wire.user = {
    received: (bytes) => void told.push(`received ${Buffer.from(bytes).toString("latin1")}`),
    drained: () => void told.push("drained"),
    ended: () => void told.push("ended"),
    closed: (cause) => void told.push(cause === undefined ? "closed" : `closed by ${cause.message}`),
  };
  void wire.tell(wire.user);
});

const all = Number.MAX_SAFE_INTEGER;

describe("a wire on Deno", () => {
  it("writes everything in its order, however little is taken at a time", async () => {
    wire.write("head ", Buffer.from("body"), " tail");
    wire.write("more");
    for (let round = 0; round < 20; round++) await connection.take(1);
    expect(connection.written).toBe("head body tailmore");
  });

  it("tells when the other side has taken what was too much, also where less was written meanwhile", async () => {
    expect(wire.write("", new Uint8Array(100_000))).toBe(false);
    await connection.take(50_000);
    expect(wire.write("a beat")).toBe(false);
    await connection.take(all);
    expect(told).toEqual([]);
    await connection.take(all);
    expect(told).toEqual(["drained"]);
    expect(wire.write("more")).toBe(true);
  });

  it("closes one way once everything was sent, and tells of the other", async () => {
    wire.write("last");
    wire.end();
    wire.end();
    expect(connection.isWriteClosed).toBe(false);
    await connection.take(all);
    expect([connection.isWriteClosed, connection.isClosed]).toEqual([true, false]);
    await connection.say(null);
    expect([connection.isClosed, told]).toEqual([true, ["ended", "closed"]]);
  });

  it("sends what is left to a side that sends no more", async () => {
    wire.write("an answer");
    wire.end();
    await connection.say(null);
    await connection.take(2);
    await connection.take(all);
    await setImmediate();
    expect([connection.written, connection.isWriteClosed, told]).toEqual([
      "an answer",
      true,
      ["ended", "closed"],
    ]);
  });

  it("hands on what comes, and waits with the next read while it is paused", async () => {
    await connection.say("one");
    wire.pause();
    await connection.say("two");
    expect([told, connection.isRead]).toEqual([["received one", "received two"], false]);
    wire.resume();
    await setImmediate();
    await connection.say("three");
    expect(told.at(-1)).toBe("received three");
  });

  it.each(["destroy", "reset"] as const)("that is cut tells so once, and takes no more (%s)", async (cut) => {
    wire.pause();
    await connection.say("one");
    wire[cut]();
    wire.destroy();
    await setImmediate();
    expect([told, connection.isClosed]).toEqual([["received one", "closed"], true]);
    expect(wire.write("more")).toBe(true);
  });

  it("that breaks tells why", async () => {
    wire.write("lost");
    connection.close();
    await setImmediate();
    expect(told).toEqual(["closed by Bad resource ID"]);
  });

  it("that a thrown error ends tells so, and nobody else hears of it", async () => {
    if (wire.user !== undefined) {
      wire.user.received = () => {
        throw new Error("unforeseen");
      };
    }
    await connection.say("one");
    expect([told, connection.isClosed]).toEqual([["closed by unforeseen"], true]);
  });
});
