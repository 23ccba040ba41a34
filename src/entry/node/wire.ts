/** Node's sockets as wires. Knows no HTTP. */
import { asError } from "../../http1/as-error.ts";
import type { Socket } from "node:net";
import { createBulkCount } from "../bulk-count.ts";
import { collectYoung } from "./collect-young.ts";
import type { Wire, WireUser } from "../../http1/wire.ts";
import { inOnePiece, withoutBuffer } from "../one-piece.ts";

/** Longer bytes are handed to the kernel beside the text around them, shorter ones are copied to it. */
const mostCopiedBytes = 16 * 1024;

/** The space for young objects is large, and the bytes of pieces that are held by it lie outside: it fills late. */
const countBulk = createBulkCount(8 * 1024 * 1024, collectYoung);

/** Where a socket has its wire: its listeners are those of all sockets. */
const wireOf = Symbol("wire");

type WiredSocket = Socket & { readonly [wireOf]: NodeWire };

export class NodeWire implements Wire {
  readonly #socket: Socket;
  #user: WireUser | undefined;
  #cause: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Tells `user` what comes, from now on. */
  tell(user: WireUser): void {
    this.#user = user;
    Object.assign(this.#socket, { [wireOf]: this })
      .on("data", NodeWire.#onData)
      .on("drain", NodeWire.#onDrain)
      .on("end", NodeWire.#onEnd)
      .on("error", NodeWire.#onError)
      .on("close", NodeWire.#onClose);
  }

  static #onData(this: WiredSocket, bytes: Buffer<ArrayBuffer>): void {
    this[wireOf].#receive(bytes);
  }

  static #onDrain(this: WiredSocket): void {
    this[wireOf].#user?.drained();
  }

  static #onEnd(this: WiredSocket): void {
    this[wireOf].#user?.ended();
  }

  static #onError(this: WiredSocket, error: Error): void {
    this[wireOf].#cause = error;
  }

  static #onClose(this: WiredSocket): void {
    const wire = this[wireOf];
    wire.#user?.closed(wire.#cause);
  }

  #receive(bytes: Buffer<ArrayBuffer>): void {
    countBulk(bytes.byteLength);
    try {
      this.#user?.received(withoutBuffer(bytes));
    } catch (thrown) {
      // What nobody foresaw ends this connection, and nothing else.
      this.#socket.destroy(asError(thrown));
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

  get hasUnsent(): boolean {
    return this.#socket.writableLength > 0;
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

  reset(): void {
    this.#socket.resetAndDestroy();
  }
}
