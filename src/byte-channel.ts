/** Bytes on their way from a backend and to a client, piece by piece. Knows no event and no HTTP. */

/** What a stream is read from; the platform's own reader is one. */
export interface ChunkReader {
  read(): Promise<ReadableStreamReadResult<Uint8Array>>;
  cancel(reason?: unknown): Promise<void>;
}

/** Where a client's stream is written to. */
export interface ByteChannel {
  /** The other end; asked for only where nobody takes the bytes in a cheaper way. */
  readonly readable: ReadableStream<Uint8Array>;
  /** False while the client has yet to take earlier bytes. */
  isReady(): boolean;
  /** The promise, where there is one, resolves when more may be written, and never rejects. */
  write(bytes: Uint8Array): Promise<void> | undefined;
  end(): void;
  /** Cuts off a client that takes nothing: it counts as one that left. */
  breakOff(): void;
}

/** `onLeave` is called once, when the client stops reading before the end. */
export type OpenChannel = (onLeave: () => void) => ByteChannel;

/** The standard's `cancel` of a transformer, which TypeScript's library does not list yet. */
interface CancellableTransformer extends Transformer<Uint8Array, Uint8Array> {
  cancel(): void;
}

/** A channel out of what every runtime has: a TransformStream, whose writer waits for the reader. */
export const openTransformChannel: OpenChannel = (onLeave) => {
  let isOver = false;
  let output: TransformStreamDefaultController<Uint8Array> | undefined;

  function leave(): void {
    if (isOver) return;
    isOver = true;
    onLeave();
  }

  const transformer: CancellableTransformer = {
    start(controller) {
      output = controller;
    },
    transform: (bytes, controller) => controller.enqueue(bytes),
    cancel: leave,
  };
  const { readable, writable } = new TransformStream(transformer);
  const writer = writable.getWriter();
  // Runtimes without the transformer's cancel tell of a reader that left through the writer alone.
  writer.closed.catch(leave);

  return {
    readable,
    isReady: () => (output?.desiredSize ?? -1) >= 0,
    write: (bytes) => writer.write(bytes).catch(leave),
    end() {
      isOver = true;
      // Not `terminate`: on Node a reader that then leaves bytes behind throws from within `cancel`.
      writer.close().catch(() => {});
    },
    breakOff() {
      if (isOver) return;
      // An abort of the writer would wait for the write that waits for the reader.
      output?.error(new Error("The client takes nothing."));
      leave();
    },
  };
};

/** The length of all of them together. */
export const totalBytes = (chunks: readonly Uint8Array[]): number =>
  chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** One array out of several; the chunk itself, uncopied, would be shared, so even one is copied. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(totalBytes(chunks));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return joined;
}

/** The same for whoever may share it: copied only where there are several. */
export function inOne(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = chunks;
  return only !== undefined && chunks.length === 1 ? only : joinChunks(chunks);
}
