/** A stream to a client of Node's server, written to its response without a stream between. */
import type { ServerResponse } from "node:http";
import { type ByteChannel, openTransformChannel } from "../../byte-channel.ts";

export class ClientChannel implements ByteChannel {
  readonly #onLeave: () => void;
  /** What was written before the response was there. */
  #early: Uint8Array[] = [];
  #attached = Promise.withResolvers<void>();
  #outgoing: ServerResponse | undefined;
  /** For who wants a stream after all. */
  #stream: ByteChannel | undefined;
  #isOver = false;

  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  get readable(): ReadableStream<Uint8Array> {
    if (this.#stream === undefined) {
      this.#stream = openTransformChannel(() => this.#leave());
      for (const bytes of this.#early) void this.#stream.write(bytes);
      if (this.#isOver) this.#stream.end();
      this.#attached.resolve();
    }
    return this.#stream.readable;
  }

  /** Takes the bytes from now on; the headers go with the first ones. */
  attach(outgoing: ServerResponse): void {
    if (outgoing.destroyed) {
      this.#leave();
      return;
    }
    this.#outgoing = outgoing;
    outgoing.once("close", () => this.#leave());
    for (const bytes of this.#early) outgoing.write(bytes);
    // A client may wait for the headers alone.
    if (this.#early.length === 0) setImmediate(() => outgoing.destroyed || outgoing.flushHeaders());
    this.#early = [];
    this.#attached.resolve();
    if (this.#isOver) outgoing.end();
  }

  #leave(): void {
    this.#attached.resolve();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onLeave();
  }

  isReady(): boolean {
    if (this.#stream !== undefined) return this.#stream.isReady();
    return this.#outgoing !== undefined && !this.#outgoing.writableNeedDrain;
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#stream !== undefined) return this.#stream.write(bytes);
    if (this.#outgoing === undefined) {
      this.#early.push(bytes);
      return this.#attached.promise;
    }
    if (this.#isOver || bytes.byteLength === 0) return undefined;
    return this.#outgoing.write(bytes) ? undefined : drained(this.#outgoing);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream?.end();
    this.#outgoing?.end();
  }
}

/** Or closed: then there is nobody to wait for. */
export function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (outgoing.destroyed) return resolve();
    const go = () => {
      outgoing.off("drain", go);
      outgoing.off("close", go);
      resolve();
    };
    outgoing.once("drain", go);
    outgoing.once("close", go);
  });
}
