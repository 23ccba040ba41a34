/** Carries an event stream to the client through a TransformStream. Knows no OpenAI words. */

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
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly stage: StreamStage;
}

export interface EventStream {
  readonly readable: ReadableStream<Uint8Array>;
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

/** The standard's `cancel` of a transformer, which TypeScript's library does not list yet. */
interface CancellableTransformer extends Transformer<Uint8Array, Uint8Array> {
  cancel(): void;
}

/** `now` is in milliseconds. `onCancel` is called once, when the client stops reading before the end. */
export function createEventStream(now: () => number, onCancel: () => void): EventStream {
  let stage: StreamStage | undefined;
  let output: TransformStreamDefaultController<Uint8Array> | undefined;
  let state: "open" | StreamOutcome = "open";
  let readingSince: number | undefined;
  let sentAt = now();

  function leave(): void {
    if (state !== "open") return;
    state = "cancelled";
    onCancel();
  }

  function send(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    sentAt = now();
    output?.enqueue(bytes);
  }

  function close(outcome: StreamOutcome, lastBytes: Uint8Array): StreamOutcome {
    if (state !== "open") return state;
    state = outcome;
    send(lastBytes);
    // Not `terminate`: on Node a reader that then leaves bytes behind throws from within `cancel`.
    writer.close().catch(() => {});
    return outcome;
  }

  const transformer: CancellableTransformer = {
    start(controller) {
      output = controller;
    },
    transform(chunk) {
      if (stage === undefined || state !== "open") return;
      try {
        send(stage.push(chunk));
      } catch (cause) {
        close("faulted", stage.fault(cause));
      }
    },
    cancel: leave,
  };
  const { readable, writable } = new TransformStream(transformer);
  const writer = writable.getWriter();
  // Runtimes without the transformer's cancel tell of a reader that left through the writer alone.
  writer.closed.catch(leave);

  async function feed(source: StreamSource): Promise<StreamOutcome> {
    stage = source.stage;
    if (state === "open") send(source.head);
    while (state === "open") {
      let chunk: ReadableStreamReadResult<Uint8Array>;
      try {
        readingSince = now();
        chunk = await source.reader.read();
      } catch (cause) {
        return close("faulted", stage.fault(cause));
      } finally {
        readingSince = undefined;
      }
      if (chunk.done) return close("ended", stage.end());
      try {
        await writer.write(chunk.value);
      } catch {
        leave();
      }
    }
    return state;
  }

  return {
    readable,
    get readingSince() {
      return readingSince;
    },
    get sentAt() {
      return sentAt;
    },
    feed,
    interject(bytes) {
      if (state === "open" && (output?.desiredSize ?? -1) >= 0) send(bytes);
    },
    finish: (bytes) => close("faulted", bytes),
  };
}
