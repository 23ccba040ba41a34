/** A body on its way from a box to a client, with an eye on who is waited for. Knows no exchange and no attempt. */
import type { Runtime } from "../runtime.ts";

/** How it ended: taken to its end, broken by the box, or cut off for the reason that is named. */
export type BodyEnd =
  "whole" | "idle-timeout" | "client-gone" | "client-stalled" | { readonly cause: unknown };

export interface BodyWatch {
  /** Milliseconds of waiting for the box's next bytes, or for the client to ask for them; 0 for never. */
  readonly idleTimeoutMs: number;
  /** Called exactly once. */
  readonly onEnd: (end: BodyEnd) => void;
}

/** The same bytes, at the client's pace. */
export function watchBody(
  body: ReadableStream<Uint8Array>,
  watch: BodyWatch,
  runtime: Runtime,
): ReadableStream<Uint8Array> {
  return new ReadableStream(new WatchedSource(body.getReader(), watch, runtime), { highWaterMark: 0 });
}

const nothing = () => {};

class WatchedSource implements UnderlyingDefaultSource<Uint8Array> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #watch: BodyWatch;
  readonly #runtime: Runtime;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Else it is the client that is waited for. */
  #awaitsBox = false;
  #waitingSince: number;
  #stopTimer = nothing;
  #isOver = false;
  /** One function for all the timers. */
  readonly #onTime = (): void => this.#check();

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>, watch: BodyWatch, runtime: Runtime) {
    this.#reader = reader;
    this.#watch = watch;
    this.#runtime = runtime;
    this.#waitingSince = runtime.now();
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    this.#arm();
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#awaitFrom(true);
    try {
      const { done, value } = await this.#reader.read();
      // A read that was called off ends too, and says nothing any more.
      if (this.#isOver) return;
      this.#awaitFrom(false);
      if (!done) return controller.enqueue(value);
      this.#end("whole");
      controller.close();
    } catch (cause) {
      this.#cut({ cause }, cause);
    }
  }

  cancel(): void {
    this.#cut("client-gone", undefined);
  }

  #awaitFrom(box: boolean): void {
    this.#awaitsBox = box;
    this.#waitingSince = this.#runtime.now();
  }

  /** The timer is left as it is while bytes flow: what it finds when it fires is what counts. */
  #arm(): void {
    const { idleTimeoutMs } = this.#watch;
    if (idleTimeoutMs === 0) return;
    const dueMs = this.#waitingSince + idleTimeoutMs - this.#runtime.now();
    this.#stopTimer = this.#runtime.setTimer(this.#onTime, Math.max(1, dueMs));
  }

  #check(): void {
    if (this.#runtime.now() - this.#waitingSince < this.#watch.idleTimeoutMs) return this.#arm();
    if (this.#awaitsBox) this.#cut("idle-timeout", new Error("The backend fell silent."));
    else this.#cut("client-stalled", new Error("The client takes nothing."));
  }

  /** Ends it before it is whole; `error` is what the client's side reads then. */
  #cut(end: BodyEnd, error: unknown): void {
    if (this.#isOver) return;
    this.#end(end);
    // Deno keeps the connection of an aborted body that nobody is reading; a cancelled reader closes it.
    this.#reader.cancel().catch(nothing);
    this.#controller?.error(error);
  }

  #end(end: BodyEnd): void {
    this.#isOver = true;
    this.#stopTimer();
    this.#watch.onEnd(end);
  }
}
