/** Node's sockets as wires. Knows no HTTP. */
import type { Socket } from "node:net";
import { createBulkCount } from "../bulk-count.ts";
import { createYoungCollection } from "./collect-young.ts";
import type { Wire, WireUser } from "../../http1/wire.ts";
import { inOnePiece, withoutBuffer } from "../one-piece.ts";

/** Longer bytes are handed to the kernel beside the text around them, shorter ones are copied to it. */
const mostCopiedBytes = 16 * 1024;

/** The space for young objects is large, and the bytes of pieces that are held by it lie outside: it fills late. */
const countBulk = createBulkCount(8 * 1024 * 1024, createYoungCollection());

export class NodeWire implements Wire {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Tells `user` what comes, from now on. */
  tell(user: WireUser): void {
    let cause: Error | undefined;
    this.#socket
      .on("data", (bytes: Buffer<ArrayBuffer>) => this.#receive(bytes, user))
      .on("drain", () => user.drained())
      .on("end", () => user.ended())
      .on("error", (error) => (cause = error))
      .on("close", () => user.closed(cause));
  }

  #receive(bytes: Buffer<ArrayBuffer>, user: WireUser): void {
    countBulk(bytes.byteLength);
    try {
      user.received(withoutBuffer(bytes));
    } catch (thrown) {
      // What nobody foresaw ends this connection, and nothing else.
      this.#socket.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }

  write(before: string, bytes?: Uint8Array, after = ""): boolean {
    const socket = this.#socket;
    if (socket.destroyed) return true;
    if (bytes === undefined) return socket.write(before + after, "latin1");
    if (bytes.byteLength <= mostCopiedBytes) return socket.write(inOnePiece(before, bytes, after));
    socket.cork();
    if (before !== "") socket.write(before, "latin1");
    let isTaken = socket.write(bytes);
    if (after !== "") isTaken = socket.write(after, "latin1");
    socket.uncork();
    return isTaken;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
