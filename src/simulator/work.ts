/** What one request sets going: it ends exactly once, finished or cancelled. Knows nothing of answers. */

export type Outcome = "finished" | "cancelled";

export interface Work {
  /** Aborts when the client leaves, before the headers or in the middle of the body. */
  readonly signal: AbortSignal;
  /** True once a body that is still being read keeps the work going after its handler returned. */
  readonly isHeld: boolean;
  hold(): void;
  finish(): void;
  cancel(reason: unknown): void;
}

/** Begins one piece of work that the request's own signal cancels; tells its outcome once. */
export function createWork(requestSignal: AbortSignal, onSettled: (outcome: Outcome) => void): Work {
  const controller = new AbortController();
  let isSettled = false;
  let isHeld = false;

  function settle(outcome: Outcome): boolean {
    if (isSettled) return false;
    isSettled = true;
    requestSignal.removeEventListener("abort", leave);
    onSettled(outcome);
    return true;
  }
  function cancel(reason: unknown): void {
    if (settle("cancelled")) controller.abort(reason);
  }
  function leave(): void {
    cancel(requestSignal.reason);
  }

  requestSignal.addEventListener("abort", leave, { once: true });
  if (requestSignal.aborted) leave();
  return {
    signal: controller.signal,
    get isHeld() {
      return isHeld;
    },
    hold: () => {
      isHeld = true;
    },
    finish: () => void settle("finished"),
    cancel,
  };
}
