/** Stage 7 for streams: keeps the line alive while the backend is silent, and gives up on one that fell silent. */
import type { Runtime } from "../runtime.ts";
import { formatComment } from "../sse/format.ts";
import type { EventStream } from "../sse/stream.ts";

export interface StreamWatch {
  /** Milliseconds of silence towards the client before a comment is sent; 0 for never. */
  readonly heartbeatMs: number;
  /** Milliseconds of waiting for the backend's next bytes before `onIdle`; 0 for never. */
  readonly idleTimeoutMs: number;
  readonly onIdle: () => void;
  /** What the client is told of the silence, in one line; nothing much where it is undefined. */
  readonly why?: () => string | undefined;
}

/** Watches a stream on a wall clock with one timer; returns the function that stops it. */
export function watchStream(stream: EventStream, watch: StreamWatch, runtime: Runtime): () => void {
  let stopTimer = () => {};
  /** A client that takes nothing gets no further comment, and must not make the timer spin either. */
  let beatAt = stream.sentAt;

  function arm(): void {
    const now = runtime.now();
    const waits: number[] = [];
    if (watch.heartbeatMs > 0) waits.push(Math.max(stream.sentAt, beatAt) + watch.heartbeatMs - now);
    if (watch.idleTimeoutMs > 0) waits.push((stream.readingSince ?? now) + watch.idleTimeoutMs - now);
    if (waits.length > 0) stopTimer = runtime.setTimer(check, Math.max(1, Math.min(...waits)));
  }

  function check(): void {
    const now = runtime.now();
    const isIdle = stream.readingSince !== undefined && now - stream.readingSince >= watch.idleTimeoutMs;
    if (watch.idleTimeoutMs > 0 && isIdle) return watch.onIdle();
    if (watch.heartbeatMs > 0 && now - Math.max(stream.sentAt, beatAt) >= watch.heartbeatMs) {
      stream.interject(formatComment(watch.why?.() ?? "keep-alive"));
      beatAt = now;
    }
    arm();
  }

  arm();
  return () => stopTimer();
}
