/** The body of an upstream answer: collected where it is wanted whole, else a stream at its reader's pace. */
import type { Dispatcher } from "undici";
import type { BodySource } from "./light-response.ts";

/** Bytes that may wait for somebody to ask for them. */
const mostWaiting = 64 * 1024;

export class UpstreamBody implements BodySource {
  readonly #connection: Dispatcher.DispatchController;
  readonly #forget: () => void;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #state: "open" | "ended" | Error = "open";
  #whole: PromiseWithResolvers<Uint8Array<ArrayBuffer>> | undefined;
  #reader: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

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
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    if (this.#whole === undefined && this.#waitingBytes > mostWaiting) this.#connection.pause();
  }

  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#reader?.close();
    this.#whole?.resolve(this.#join());
  }

  fail(error: Error): void {
    if (this.#state !== "open") return;
    this.#state = error;
    this.#waiting = [];
    this.#reader?.error(error);
    this.#whole?.reject(error);
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#state === "ended") return this.#join();
    if (this.#state !== "open") throw this.#state;
    this.#whole = Promise.withResolvers();
    this.#connection.resume();
    return this.#whole.promise;
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
      cancel: (reason) => {
        this.#forget();
        this.#state = "ended";
        this.#connection.abort(reason instanceof Error ? reason : new Error("The reader left."));
      },
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
