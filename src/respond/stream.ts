/** Stage 7 for streams: keeps the line alive while the backend is silent, and gives up on who fell silent, it or the client. */
import type { Runtime } from "../runtime.ts";
import { formatComment } from "../sse/format.ts";
import type { EventStream } from "../sse/stream.ts";

export interface StreamWatch {
  /** Milliseconds of silence towards the client before a comment is sent; 0 for never. */
  readonly heartbeatMs: number;
  /** Milliseconds of waiting for the backend's next bytes before `onIdle`, or for the client before `onStall`; 0 for never. */
  readonly idleTimeoutMs: number;
  readonly onIdle: () => void;
  /** The client has taken nothing for so long. */
  readonly onStall: () => void;
  /** What the client is told of the silence, in one line; nothing much where it is undefined. */
  readonly why?: () => string | undefined;
}

/** Watches a stream on a wall clock with one timer; returns the function that stops it. */
export function watchStream(stream: EventStream, watch: StreamWatch, runtime: Runtime): () => void {
  const watcher = new Watcher(stream, watch, runtime);
  watcher.arm();
  return () => watcher.stop();
}

class Watcher {
  readonly #stream: EventStream;
  readonly #watch: StreamWatch;
  readonly #runtime: Runtime;
  /** A client that takes nothing gets no further comment, and must not make the timer spin either. */
  #beatAt: number;
  #stopTimer: (() => void) | undefined = undefined;
  /** One function for all the timers. */
  readonly #onTime = (): void => this.#check();

  constructor(stream: EventStream, watch: StreamWatch, runtime: Runtime) {
    this.#stream = stream;
    this.#watch = watch;
    this.#runtime = runtime;
    this.#beatAt = stream.sentAt;
  }

  arm(): void {
    const { heartbeatMs, idleTimeoutMs } = this.#watch;
    const { sentAt, readingSince, blockedSince } = this.#stream;
    const now = this.#runtime.now();
    const waits: number[] = [];
    if (heartbeatMs > 0) waits.push(Math.max(sentAt, this.#beatAt) + heartbeatMs - now);
    if (idleTimeoutMs > 0) waits.push((blockedSince ?? readingSince ?? now) + idleTimeoutMs - now);
    if (waits.length > 0)
      this.#stopTimer = this.#runtime.setTimer(this.#onTime, Math.max(1, Math.min(...waits)));
  }

  stop(): void {
    this.#stopTimer?.();
  }

  #check(): void {
    const { heartbeatMs, idleTimeoutMs } = this.#watch;
    const { sentAt, readingSince, blockedSince } = this.#stream;
    const now = this.#runtime.now();
    const isLate = (since: number | undefined) =>
      idleTimeoutMs > 0 && since !== undefined && now - since >= idleTimeoutMs;
    if (isLate(blockedSince)) return this.#watch.onStall();
    if (isLate(readingSince)) return this.#watch.onIdle();
    if (heartbeatMs > 0 && now - Math.max(sentAt, this.#beatAt) >= heartbeatMs) {
      this.#stream.interject(formatComment(this.#watch.why?.() ?? "keep-alive"));
      this.#beatAt = now;
    }
    this.arm();
  }
}
