/** Bun's sockets as wires. Knows no HTTP. */
import { Buffer } from "node:buffer";
import { createBulkCount } from "../bulk-count.ts";
import { collectYoung } from "./collect-young.ts";
import type { Wire, WireUser } from "../../http1/wire.ts";
import { inOnePiece, withoutBuffer } from "../one-piece.ts";

/** What of Bun's sockets is used; `data` belongs to whoever made the socket. */
export interface BunSocket<Data> {
  data: Data;
  readonly remoteAddress: string;
  /** How many bytes were taken; the rest has to be given again once it drained. */
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  /** Sends no more, and still receives: `end` would close both ways, and cut who is still sending from the answer. */
  shutdown(): void;
  terminate(): void;
  setNoDelay(isSet: boolean): void;
  setKeepAlive(isSet: boolean, initialDelayMs: number): void;
}

/** Longer bytes are written after the text before them, shorter ones are copied to it. */
const mostCopiedBytes = 16 * 1024;

export class BunWire implements Wire {
  readonly #socket: BunSocket<unknown>;
  #waiting: Uint8Array[] = [];
  #isEnding = false;
  #isClosed = false;
  user: WireUser | undefined;

  constructor(socket: BunSocket<unknown>) {
    this.#socket = socket;
  }

  write(before: string, bytes?: Uint8Array, after = ""): boolean {
    if (this.#isClosed) return true;
    if (bytes === undefined) return this.#send(Buffer.from(before + after, "latin1"));
    if (bytes.byteLength <= mostCopiedBytes) return this.#send(inOnePiece(before, bytes, after));
    if (before !== "") this.#send(Buffer.from(before, "latin1"));
    const isTaken = this.#send(bytes);
    return after === "" ? isTaken : this.#send(Buffer.from(after, "latin1"));
  }

  #send(bytes: Uint8Array): boolean {
    if (this.#waiting.length > 0) {
      this.#waiting.push(bytes);
      return false;
    }
    const taken = this.#socket.write(bytes);
    if (taken >= bytes.byteLength) return true;
    this.#waiting.push(bytes.subarray(Math.max(0, taken)));
    return false;
  }

  drained(): void {
    while (this.#waiting[0] !== undefined) {
      const taken = Math.max(0, this.#socket.write(this.#waiting[0]));
      if (taken < this.#waiting[0].byteLength) {
        this.#waiting[0] = this.#waiting[0].subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
    if (this.#isEnding) this.#socket.shutdown();
    this.user?.drained();
  }

  closed(cause: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.user?.closed(cause);
  }

  get hasUnsent(): boolean {
    return this.#waiting.length > 0;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (this.#waiting.length === 0) this.#socket.shutdown();
  }

  destroy(): void {
    this.#waiting = [];
    this.#socket.terminate();
  }

  /** Bun cuts in no other way. */
  reset(): void {
    this.destroy();
  }
}

/** What Bun calls for all sockets of a kind. */
export interface BunHandlers {
  readonly open?: (socket: BunSocket<BunWire>) => void;
  readonly data: (socket: BunSocket<BunWire>, bytes: Uint8Array<ArrayBuffer>) => void;
  readonly drain: (socket: BunSocket<BunWire>) => void;
  readonly end: (socket: BunSocket<BunWire>) => void;
  readonly close: (socket: BunSocket<BunWire>, cause?: Error) => void;
  readonly error: (socket: BunSocket<BunWire>, cause: Error) => void;
}

/** The memory of large pieces lies outside of the engine's heap, and piles up unless somebody asks for it. */
const countBulk = createBulkCount(16 * 1024 * 1024, collectYoung);

export const bunHandlers: BunHandlers = {
  data({ data: wire }, bytes) {
    countBulk(bytes.byteLength);
    wire.user?.received(withoutBuffer(bytes));
  },
  drain: ({ data: wire }) => wire.drained(),
  end: ({ data: wire }) => wire.user?.ended(),
  close: ({ data: wire }, cause) => wire.closed(cause),
  // What a handler threw ends the connection, and nothing else.
  error: (socket) => socket.terminate(),
};
