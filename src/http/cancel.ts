/** One abort for one piece of work: who ended it first is kept as data, since error names differ between runtimes. */

import { type StopSignal, StopSwitch } from "../stop-signal.ts";

/** Why the work was called off. `parent` means that the work around it was. */
export type CancelReason =
  | "client-gone"
  | "client-stalled"
  | "first-byte-timeout"
  | "idle-timeout"
  | "body-too-large"
  | "backend-down"
  | "parent";

export interface Cancellation {
  readonly signal: StopSignal;
  /** Undefined while nothing was called off, and for ever once the work has finished. */
  readonly reason: CancelReason | undefined;
  /** Aborts the signal; only the first call counts, none after `finish`. */
  cancel(reason: CancelReason): void;
  /** The work is done: a late abort of the parent says nothing any more (Deno's request signal fires after each answer). */
  finish(): void;
}

/** Why a signal of one of these was aborted, for those that follow it. */
const reasonBySignal = new WeakMap<StopSignal, CancelReason>();

/** Follows `parent`, and reports its abort under its own reason where it has one, else under `parentReason`. */
export function createCancellation(parent: StopSignal, parentReason: CancelReason): Cancellation {
  return new FollowingCancellation(parent, parentReason);
}

/** A class, since V8 keeps an object literal that has a getter as a slow dictionary. */
class FollowingCancellation implements Cancellation {
  readonly signal = new StopSwitch();
  reason: CancelReason | undefined = undefined;
  readonly #parent: StopSignal;
  readonly #parentReason: CancelReason;
  #isFinished = false;

  constructor(parent: StopSignal, parentReason: CancelReason) {
    this.#parent = parent;
    this.#parentReason = parentReason;
    if (parent.aborted) this.handleEvent();
    else parent.addEventListener("abort", this, { once: true });
  }

  /** The parent was aborted. */
  handleEvent(): void {
    this.cancel(reasonBySignal.get(this.#parent) ?? this.#parentReason);
  }

  cancel(why: CancelReason): void {
    if (this.#isFinished || this.reason !== undefined) return;
    this.reason = why;
    this.#parent.removeEventListener("abort", this);
    reasonBySignal.set(this.signal, why);
    this.signal.abort(new DOMException(`The work was called off: ${why}.`, "AbortError"));
  }

  finish(): void {
    this.#isFinished = true;
    this.#parent.removeEventListener("abort", this);
  }
}
