/** The body of an upstream answer: collected where it is wanted whole, else a stream at its reader's pace. */
import type { Dispatcher } from "undici";
import type { ChunkReader } from "../../byte-channel.ts";
import type { BodySource } from "./light-response.ts";
import { whenAllIsRead } from "../turn.ts";

/** Bytes that may wait for somebody to ask for them. */
const mostWaiting = 64 * 1024;

type Piece = ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;

const ended: Piece = { done: true, value: undefined };

export class UpstreamBody implements BodySource {
  readonly #connection: Dispatcher.DispatchController;
  readonly #forget: () => void;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #state: "open" | "ended" | Error = "open";
  #whole: PromiseWithResolvers<Uint8Array<ArrayBuffer>> | undefined;
  #reader: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  /** Who reads piece by piece and waits for the next one. */
  #pending: PromiseWithResolvers<Piece> | undefined;
  #isPaused = false;

  /** `forget` is called when the reader leaves, before the connection is cut. */
  constructor(connection: Dispatcher.DispatchController, forget: () => void) {
    this.#connection = connection;
    this.#forget = forget;
  }

  push(chunk: Buffer): void {
    // undici passes nothing at all on when it resumes; read as a chunk, that would go round for ever.
    if (chunk.byteLength === 0 || this.#state !== "open") return;
    if (this.#reader !== undefined) {
      this.#reader.enqueue(asBytes(chunk));
      if ((this.#reader.desiredSize ?? 0) <= 0) this.#connection.pause();
      return;
    }
    if (this.#pending !== undefined) {
      const { resolve } = this.#pending;
      this.#pending = undefined;
      whenAllIsRead(() => resolve({ done: false, value: asBytes(chunk) }));
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    if (this.#whole !== undefined || this.#waitingBytes <= mostWaiting) return;
    this.#isPaused = true;
    this.#connection.pause();
  }

  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#reader?.close();
    this.#whole?.resolve(this.#join());
    this.#pending?.resolve(ended);
  }

  fail(error: Error): void {
    if (this.#state !== "open") return;
    this.#state = error;
    this.#waiting = [];
    this.#reader?.error(error);
    this.#whole?.reject(error);
    this.#pending?.reject(error);
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#state === "ended") return this.#join();
    if (this.#state !== "open") throw this.#state;
    this.#whole = Promise.withResolvers();
    this.#connection.resume();
    return this.#whole.promise;
  }

  /** For one reader at its own pace, without a stream between. */
  pieces(): ChunkReader {
    return {
      read: () => this.#next(),
      cancel: async (reason) => {
        this.#leave(reason);
        this.#pending?.resolve(ended);
      },
    };
  }

  #next(): Promise<Piece> {
    const chunk = this.#waiting.shift();
    if (chunk !== undefined) {
      this.#waitingBytes -= chunk.byteLength;
      return Promise.resolve({ done: false, value: asBytes(chunk) });
    }
    if (this.#state === "ended") return Promise.resolve(ended);
    if (this.#state !== "open") return Promise.reject(this.#state);
    const pending = Promise.withResolvers<Piece>();
    this.#pending = pending;
    // May bring the next piece at once.
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#connection.resume();
    }
    return pending.promise;
  }

  #leave(reason: unknown): void {
    if (this.#state !== "open") return;
    this.#forget();
    this.#state = "ended";
    this.#waiting = [];
    this.#connection.abort(reason instanceof Error ? reason : new Error("The reader left."));
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (reader) => {
        this.#reader = reader;
        for (const chunk of this.#waiting) reader.enqueue(asBytes(chunk));
        this.#waiting = [];
        if (this.#state === "ended") reader.close();
        else if (this.#state !== "open") reader.error(this.#state);
      },
      pull: () => this.#connection.resume(),
      cancel: (reason) => this.#leave(reason),
    });
  }

  #join(): Uint8Array<ArrayBuffer> {
    const [only, ...others] = this.#waiting;
    if (only !== undefined && others.length === 0) {
      this.#waiting = [];
      return asBytes(only);
    }
    const joined = new Uint8Array(this.#waitingBytes);
    let offset = 0;
    for (const chunk of this.#waiting) {
      joined.set(chunk, offset);
      offset += chunk.byteLength;
    }
    this.#waiting = [];
    return joined;
  }
}

/** The same memory: what undici hands over is nobody else's. */
function asBytes(chunk: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer } = chunk;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, chunk.byteOffset, chunk.byteLength)
    : new Uint8Array(chunk);
}
