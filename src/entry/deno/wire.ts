/** Deno's connections as wires. Knows no HTTP. */
import { asError } from "../../http1/as-error.ts";
import { Buffer } from "node:buffer";
import type { Wire, WireUser } from "../../http1/wire.ts";
import { inOnePiece } from "../one-piece.ts";

/** What of Deno's connections is used. */
export interface DenoConnection {
  /** How many bytes came; null where none will come any more. */
  read(into: Uint8Array): Promise<number | null>;
  /** How many bytes were taken. */
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
  closeWrite(): Promise<void>;
}

/** A connection that says little waits for it with little memory. */
const leastReadBytes = 2 * 1024;
const mostReadBytes = 64 * 1024;

/** Bytes that may wait to be sent before whoever writes has to wait as well. */
const mostWaitingBytes = 64 * 1024;

export class DenoWire implements Wire {
  readonly #connection: DenoConnection;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isSending = false;
  #sending: Promise<void> | undefined;
  #isBehind = false;
  #isEnding = false;
  #isClosed = false;
  #cause: Error | undefined;
  #goesOn: PromiseWithResolvers<void> | undefined;

  constructor(connection: DenoConnection) {
    this.#connection = connection;
  }

  /** Reads until the end, and tells `user` what comes. */
  async tell(user: WireUser): Promise<void> {
    let into = new Uint8Array(leastReadBytes);
    try {
      while (!this.#isClosed) {
        const length = await this.#connection.read(into);
        if (length === null) {
          user.ended();
          // Who sends no more may still read.
          await this.#sending;
          break;
        }
        if (length < into.byteLength) user.received(into.slice(0, length));
        else {
          user.received(into);
          into = new Uint8Array(Math.min(mostReadBytes, 4 * length));
        }
        if (this.#goesOn !== undefined) await this.#goesOn.promise;
      }
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.destroy();
    user.closed(this.#cause);
  }

  /** Who is told that everything was sent. */
  user: WireUser | undefined;

  write(before: string, bytes?: Uint8Array, after = ""): boolean {
    if (this.#isClosed) return true;
    this.#add(bytes === undefined ? Buffer.from(before + after, "latin1") : inOnePiece(before, bytes, after));
    if (!this.#isSending) this.#sending = this.#send();
    // Who was told to wait waits until all is sent.
    this.#isBehind ||= this.#waitingBytes > mostWaitingBytes;
    return !this.#isBehind;
  }

  get hasUnsent(): boolean {
    return this.#waitingBytes > 0;
  }

  #add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength;
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        let rest = next;
        while (rest.byteLength > 0) {
          const taken = await this.#connection.write(rest);
          this.#waitingBytes -= taken;
          rest = rest.subarray(taken);
        }
      }
      if (this.#isEnding) await this.#connection.closeWrite();
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.#isSending = false;
    if (!this.#isBehind) return;
    this.#isBehind = false;
    if (!this.#isClosed) this.user?.drained();
  }

  #fail(thrown: unknown): void {
    if (!this.#isClosed) this.#cause = asError(thrown);
    this.destroy();
  }

  pause(): void {
    this.#goesOn ??= Promise.withResolvers();
  }

  resume(): void {
    this.#goesOn?.resolve();
    this.#goesOn = undefined;
  }

  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (!this.#isSending) this.#sending = this.#send();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.resume();
    this.#connection.close();
  }

  /** Deno's connections cannot be reset: one that is closed ends in good order unless bytes came that nobody read. */
  reset(): void {
    this.destroy();
  }
}
