/** Ends a stream that takes too long or grows too large, with an error and without a false end. Knows no event. */
import type { RequestBounds } from "../config/key-plan.ts";
import { streamTooLarge, streamTooLong } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { type StreamSource, type StreamStage, takeHead } from "../sse/stream.ts";

export interface BoundedStream {
  readonly source: StreamSource;
  /** Takes the time limit off; the stream is over. */
  readonly stop: () => void;
}

const nothingToStop = () => {};

/** The same source within its bounds; the time counts from now. `onOverdue` hears of its end. */
export function boundStream(
  source: StreamSource,
  { streamMs, streamBytes }: RequestBounds,
  runtime: Runtime,
  onOverdue: () => void,
): BoundedStream {
  if (streamMs === 0 && streamBytes === 0) return { source, stop: nothingToStop };
  const { reader } = source;
  const stage = new BoundedStage(source, streamMs, streamBytes);
  const expire = () => {
    stage.expire();
    onOverdue();
  };
  const bounded: StreamSource = { head: stage.begin(takeHead(source)), reader, stage };
  return {
    source: bounded,
    stop: streamMs > 0 ? runtime.setTimer(expire, streamMs) : nothingToStop,
  };
}

class BoundedStage implements StreamStage {
  readonly #reader: StreamSource["reader"];
  readonly #stage: StreamStage;
  readonly #streamMs: number;
  readonly #streamBytes: number;
  #sent = 0;
  #isOverdue = false;

  constructor({ reader, stage }: StreamSource, streamMs: number, streamBytes: number) {
    this.#reader = reader;
    this.#stage = stage;
    this.#streamMs = streamMs;
    this.#streamBytes = streamBytes;
  }

  begin(head: Uint8Array): Uint8Array {
    this.#sent = head.byteLength;
    if (!this.#isTooLarge()) return head;
    this.#cancel();
    return this.#stage.fault(streamTooLarge(this.#streamBytes));
  }

  expire(): void {
    this.#isOverdue = true;
    // The wait for the next bytes ends as if the source had; `end` then tells why.
    this.#cancel();
  }

  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#stage.push(chunk);
    this.#sent += bytes.byteLength;
    if (this.#isTooLarge()) throw streamTooLarge(this.#streamBytes);
    return bytes;
  }

  end(): Uint8Array {
    return this.#isOverdue ? this.#stage.fault(streamTooLong(this.#streamMs)) : this.#stage.end();
  }

  fault(cause: unknown): Uint8Array {
    return this.#stage.fault(this.#isOverdue ? streamTooLong(this.#streamMs) : cause);
  }

  /** What came in one read goes out whole or not at all. */
  #isTooLarge(): boolean {
    return this.#streamBytes > 0 && this.#sent > this.#streamBytes;
  }

  #cancel(): void {
    this.#reader.cancel().catch(() => {});
  }
}
