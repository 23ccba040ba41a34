/** A wait that ends early when the work is called off. */
import type { Runtime } from "../runtime.ts";
import type { StopSignal } from "../stop-signal.ts";

/** Resolves after `delayMs`, or at once when `signal` aborts; never rejects. */
export function pause(delayMs: number, runtime: Runtime, signal: StopSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const stopTimer = runtime.setTimer(finish, delayMs);
    function finish(): void {
      stopTimer();
      signal.removeEventListener("abort", finish);
      resolve();
    }
    signal.addEventListener("abort", finish, { once: true });
  });
}
