/** A stream to a client, written to its answer without a stream between. */
import { type ByteChannel, openTransformChannel } from "../byte-channel.ts";
import type { Outgoing } from "./outgoing.ts";

export class ClientChannel implements ByteChannel {
  readonly #onLeave: () => void;
  /** What was written before the answer was there. */
  #early: Uint8Array[] = [];
  /** Whoever wrote before that waits for it. */
  #attached: PromiseWithResolvers<void> | undefined;
  #outgoing: Outgoing | undefined;
  /** For who wants a stream after all. */
  #stream: ByteChannel | undefined;
  #isOver = false;

  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  get readable(): ReadableStream<Uint8Array> {
    if (this.#stream === undefined) {
      this.#stream = openTransformChannel(() => this.leave());
      for (const bytes of this.#early) void this.#stream.write(bytes);
      if (this.#isOver) this.#stream.end();
      this.#letGo();
    }
    return this.#stream.readable;
  }

  /** Takes the bytes from now on. */
  attach(outgoing: Outgoing): void {
    if (outgoing.isGone) {
      this.leave();
      return;
    }
    this.#outgoing = outgoing;
    outgoing.tellLeaving(this);
    for (const bytes of this.#early) void outgoing.write(bytes);
    this.#early = [];
    this.#letGo();
    if (this.#isOver) outgoing.end();
  }

  /** Nobody takes the bytes any more. */
  leave(): void {
    this.#letGo();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onLeave();
  }

  #letGo(): void {
    this.#attached?.resolve();
    this.#attached = undefined;
  }

  isReady(): boolean {
    return this.#stream?.isReady() ?? this.#outgoing?.isReady === true;
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#stream !== undefined) return this.#stream.write(bytes);
    if (this.#isOver) return undefined;
    if (this.#outgoing === undefined) {
      this.#early.push(bytes);
      this.#attached ??= Promise.withResolvers();
      return this.#attached.promise;
    }
    return this.#outgoing.write(bytes);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream?.end();
    this.#outgoing?.end();
  }

  breakOff(): void {
    if (this.#isOver) return;
    this.#stream?.breakOff();
    this.#outgoing?.breakOff();
    this.leave();
  }
}
