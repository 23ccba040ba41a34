/** Ends a stream that takes too long or grows too large, with an error and without a false end. Knows no event. */
import type { RequestBounds } from "../config/key-plan.ts";
import { streamTooLarge, streamTooLong } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import type { StreamSource } from "../sse/stream.ts";

export interface BoundedStream {
  readonly source: StreamSource;
  /** Takes the time limit off; the stream is over. */
  readonly stop: () => void;
}

/** The same source within its bounds; the time counts from now. */
export function boundStream(
  { head, reader, stage }: StreamSource,
  { streamMs, streamBytes }: RequestBounds,
  runtime: Runtime,
): BoundedStream {
  let sent = head.byteLength;
  let isOverdue = false;
  function expire(): void {
    isOverdue = true;
    // The wait for the next bytes ends as if the source had; `end` then tells why.
    reader.cancel().catch(() => {});
  }
  /** What came in one read goes out whole or not at all. */
  const isTooLarge = () => streamBytes > 0 && sent > streamBytes;
  if (isTooLarge()) reader.cancel().catch(() => {});
  const source: StreamSource = {
    head: isTooLarge() ? stage.fault(streamTooLarge(streamBytes)) : head,
    reader,
    stage: {
      push(chunk) {
        const bytes = stage.push(chunk);
        sent += bytes.byteLength;
        if (isTooLarge()) throw streamTooLarge(streamBytes);
        return bytes;
      },
      end: () => (isOverdue ? stage.fault(streamTooLong(streamMs)) : stage.end()),
      fault: (cause) => stage.fault(isOverdue ? streamTooLong(streamMs) : cause),
    },
  };
  return { source, stop: streamMs > 0 ? runtime.setTimer(expire, streamMs) : () => {} };
}
