/** Waiting that ends at once when nobody waits for the outcome any more. Knows nothing of what is waited for. */

/** Calls back once after `delayMs`; returns the function that calls it off. */
export type SetTimer = (callback: () => void, delayMs: number) => () => void;

export interface Timing {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `delayMs` (`Infinity`: never), rejects with the signal's reason as soon as it aborts. */
  pause(delayMs: number, signal: AbortSignal): Promise<void>;
}

/** Makes the simulator's clock; the defaults are what every runtime has. */
export function createTiming(
  setTimer: SetTimer = setPortableTimer,
  now: () => number = () => Date.now(),
): Timing {
  async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (delayMs <= 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const callOff = delayMs === Infinity ? () => {} : setTimer(resolve, delayMs);
    const leave = () => {
      callOff();
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }
  return { now, pause };
}

function setPortableTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
