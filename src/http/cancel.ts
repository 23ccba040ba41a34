/** One abort for one piece of work: who ended it first is kept as data, since error names differ between runtimes. */

import { type StopSignal, StopSwitch } from "../stop-signal.ts";

/** Why the work was called off. `parent` means that the work around it was. */
export type CancelReason =
  "client-gone" | "first-byte-timeout" | "idle-timeout" | "body-too-large" | "backend-down" | "parent";

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
  const signal = new StopSwitch();
  let reason: CancelReason | undefined;
  let isFinished = false;
  const follow = () => cancel(reasonBySignal.get(parent) ?? parentReason);

  function cancel(why: CancelReason): void {
    if (isFinished || reason !== undefined) return;
    reason = why;
    parent.removeEventListener("abort", follow);
    reasonBySignal.set(signal, why);
    signal.abort(new DOMException(`The work was called off: ${why}.`, "AbortError"));
  }

  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow, { once: true });

  return {
    signal,
    get reason() {
      return reason;
    },
    cancel,
    finish() {
      isFinished = true;
      parent.removeEventListener("abort", follow);
    },
  };
}
