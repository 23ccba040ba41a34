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

/** Input that was opened already: `head` is output that the stage has made of what was read before. */
export interface StreamSource {
  readonly head: Uint8Array;
  readonly reader: ChunkReader;
  readonly stage: StreamStage;
}

export interface EventStream {
  /** Where the client takes it from. */
  readonly channel: ByteChannel;
  /** When the wait for the source's next chunk began; undefined while there is no such wait. */
  readonly readingSince: number | undefined;
  /** When bytes were last handed to the client. */
  readonly sentAt: number;
  /** Sends the source to its end; resolves, never rejects. A slow reader holds it back. */
  feed(source: StreamSource): Promise<StreamOutcome>;
  /** Sends bytes between two frames, unless the client has yet to take earlier ones. */
  interject(bytes: Uint8Array): void;
  /** Sends the last bytes and ends: for a stream that never got a source. */
  finish(bytes: Uint8Array): StreamOutcome;
}

type Writable<Shape> = { -readonly [Name in keyof Shape]: Shape[Name] };

/** `now` is in milliseconds. `onCancel` is called once, when the client stops reading before the end. */
export function createEventStream(open: OpenChannel, now: () => number, onCancel: () => void): EventStream {
  let state: "open" | StreamOutcome = "open";
  const channel = open(() => {
    if (state !== "open") return;
    state = "cancelled";
    onCancel();
  });

  function send(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.byteLength === 0) return undefined;
    stream.sentAt = now();
    return channel.write(bytes);
  }

  function close(outcome: StreamOutcome, lastBytes: Uint8Array): StreamOutcome {
    if (state !== "open") return state;
    state = outcome;
    void send(lastBytes);
    channel.end();
    return outcome;
  }

  async function feed({ head, reader, stage }: StreamSource): Promise<StreamOutcome> {
    let taken = state === "open" ? send(head) : undefined;
    while (state === "open") {
      let chunk: ReadableStreamReadResult<Uint8Array>;
      try {
        stream.readingSince = now();
        chunk = await reader.read();
      } catch (cause) {
        return close("faulted", stage.fault(cause));
      } finally {
        stream.readingSince = undefined;
      }
      if (chunk.done) return close("ended", stage.end());
      // A client that lags is waited for, with one chunk in hand.
      if (taken !== undefined) await taken;
      if (state !== "open") return state;
      try {
        taken = send(stage.push(chunk.value));
      } catch (cause) {
        return close("faulted", stage.fault(cause));
      }
    }
    return state;
  }

  const stream: Writable<EventStream> = {
    channel,
    readingSince: undefined,
    sentAt: now(),
    feed,
    interject(bytes) {
      if (state === "open" && channel.isReady()) void send(bytes);
    },
    finish: (bytes) => close("faulted", bytes),
  };
  return stream;
}
