/** A runtime whose clock the test moves, and whose fetch and chance the test decides. */
import { createPortableRuntime, type Runtime } from "../../src/runtime.ts";

export interface FakeClock {
  readonly now: () => number;
  readonly setTimer: Runtime["setTimer"];
  /** Moves the time on, firing what falls due in order. */
  advance(milliseconds: number): Promise<void>;
  /** How many timers are set. */
  readonly pending: number;
}

export function createFakeClock(): FakeClock {
  let time = 1_000_000;
  let nextId = 0;
  const timers = new Map<number, { due: number; callback: () => void }>();
  return {
    now: () => time,
    setTimer(callback, delayMs) {
      const id = nextId++;
      timers.set(id, { due: time + delayMs, callback });
      return () => void timers.delete(id);
    },
    async advance(milliseconds) {
      const end = time + milliseconds;
      for (;;) {
        const [next] = [...timers].filter(([, { due }]) => due <= end).sort(([, a], [, b]) => a.due - b.due);
        if (next === undefined) break;
        timers.delete(next[0]);
        time = Math.max(time, next[1].due);
        next[1].callback();
        await settlePromises();
      }
      time = end;
      await settlePromises();
    },
    get pending() {
      return timers.size;
    },
  };
}

/** Lets everything that is ready to go on do so. */
export async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

export function createFakeRuntime(clock: FakeClock, overrides: Partial<Runtime> = {}): Runtime {
  const { now, setTimer } = clock;
  const fetchNothing = () => Promise.reject(new Error("This test sends nothing."));
  return createPortableRuntime("fake", { now, setTimer, random: () => 0, fetch: fetchNothing, ...overrides });
}
