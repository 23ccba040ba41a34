/** Carries an event stream to the client. Knows no OpenAI words. */
import type { ByteChannel, ChunkReader, OpenChannel } from "../byte-channel.ts";

/** What happens to the bytes on their way. Pure in the sense that it only turns bytes into bytes. */
export interface StreamStage {
  /** The output that a chunk of input completes; may be empty. May throw: then the stream ends with `fault`. */
  push(chunk: Uint8Array): Uint8Array;
  /** The last output, when the input ended by itself. */
  end(): Uint8Array;
  /** The last output, when reading failed or `push` threw. */
  fault(cause: unknown): Uint8Array;
}

export type StreamOutcome = "ended" | "faulted" | "cancelled";

/** Input that was opened already. */
export interface StreamSource {
  /** Output that the stage has made of what was read before; for `takeHead`. */
  head: Uint8Array;
  readonly reader: ChunkReader;
  readonly stage: StreamStage;
}

export interface EventStream {
  /** Where the client takes it from. */
  readonly channel: ByteChannel;
  /** When the wait for the source's next chunk began; undefined while there is no such wait. */
  readonly readingSince: number | undefined;
  /** When the wait for the client to take what was sent began; undefined while there is no such wait. */
  readonly blockedSince: number | undefined;
  /** When bytes were last handed to the client. */
  readonly sentAt: number;
  /** Sends the source to its end; resolves, never rejects. A slow reader holds it back. */
  feed(source: StreamSource): Promise<StreamOutcome>;
  /** Sends bytes between two frames, unless the client has yet to take earlier ones. */
  interject(bytes: Uint8Array): void;
  /** Sends the last bytes and ends: for a stream that never got a source. */
  finish(bytes: Uint8Array): StreamOutcome;
  /** Cuts off a client that takes nothing: it counts as one that left. */
  breakOff(): void;
}

const nothing = new Uint8Array();

/** What goes out first, and no longer a part of the source: that lives for as long as the stream. */
export function takeHead(source: StreamSource): Uint8Array {
  const { head } = source;
  source.head = nothing;
  return head;
}

/** `now` is in milliseconds. `onCancel` is called once, when the client stops reading before the end. */
export function createEventStream(open: OpenChannel, now: () => number, onCancel: () => void): EventStream {
  return new ChannelStream(open, now, onCancel);
}

class ChannelStream implements EventStream {
  readonly channel: ByteChannel;
  readingSince: number | undefined = undefined;
  blockedSince: number | undefined = undefined;
  sentAt: number;
  readonly #now: () => number;
  #state: "open" | StreamOutcome = "open";

  constructor(open: OpenChannel, now: () => number, onCancel: () => void) {
    this.#now = now;
    this.sentAt = now();
    this.channel = open(() => {
      if (this.#state !== "open") return;
      this.#state = "cancelled";
      onCancel();
    });
  }

  feed(source: StreamSource): Promise<StreamOutcome> {
    const head = takeHead(source);
    const taken = this.#state === "open" ? this.#send(head) : undefined;
    return this.#feedOn(source.reader, source.stage, taken);
  }

  /** Its frame lives as long as the stream: it holds neither the head nor what was read last. */
  async #feedOn(
    reader: ChunkReader,
    stage: StreamStage,
    headTaken: Promise<void> | undefined,
  ): Promise<StreamOutcome> {
    let taken = headTaken;
    let isEnded = false;
    try {
      while (!isEnded && this.#state === "open") {
        this.readingSince = this.#now();
        const chunk = await reader.read();
        this.readingSince = undefined;
        isEnded = chunk.done;
        if (chunk.done) continue;
        // A client that lags is waited for, with one chunk in hand.
        if (taken !== undefined) await this.#untilTaken(taken);
        if (this.#state === "open") taken = this.#send(stage.push(chunk.value));
      }
    } catch (cause) {
      this.readingSince = undefined;
      return this.#close("faulted", stage.fault(cause));
    }
    return !isEnded && this.#state !== "open" ? this.#state : this.#close("ended", stage.end());
  }

  async #untilTaken(taken: Promise<void>): Promise<void> {
    this.blockedSince = this.#now();
    await taken;
    this.blockedSince = undefined;
  }

  interject(bytes: Uint8Array): void {
    if (this.#state === "open" && this.channel.isReady()) void this.#send(bytes);
  }

  finish(bytes: Uint8Array): StreamOutcome {
    return this.#close("faulted", bytes);
  }

  breakOff(): void {
    this.channel.breakOff();
  }

  #send(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.byteLength === 0) return undefined;
    this.sentAt = this.#now();
    return this.channel.write(bytes);
  }

  #close(outcome: StreamOutcome, lastBytes: Uint8Array): StreamOutcome {
    if (this.#state !== "open") return this.#state;
    this.#state = outcome;
    void this.#send(lastBytes);
    this.channel.end();
    return outcome;
  }
}
