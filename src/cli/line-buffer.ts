/** Gathers lines that come close together, so that one write carries them all. Knows no stream and no level. */

/** Nobody who watches a log sees so short a delay. */
const longestDelayMs = 20;
const mostWaiting = 16 * 1024;

export interface LineBuffer {
  /** Takes one line without its line break; an urgent one goes out at once, after those that came before it. */
  add(line: string, isUrgent: boolean): void;
  /** Writes what waits; to be called before the process ends. */
  flush(): void;
}

/** `setTimer` calls back once and must not keep the process alive. */
export function createLineBuffer(
  write: (text: string) => void,
  setTimer: (callback: () => void, delayMs: number) => void,
): LineBuffer {
  let waiting = "";
  let isDue = false;

  function flush(): void {
    const text = waiting;
    waiting = "";
    if (text !== "") write(text);
  }

  function ring(): void {
    isDue = false;
    flush();
  }

  return {
    add(line, isUrgent) {
      waiting += `${line}\n`;
      if (isUrgent || waiting.length >= mostWaiting) flush();
      else if (!isDue) {
        isDue = true;
        setTimer(ring, longestDelayMs);
      }
    },
    flush,
  };
}
