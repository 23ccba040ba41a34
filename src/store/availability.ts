/** Whether what is shared can be reached: bounds each attempt, remembers that it is gone, finds out when it is back. */
import type { Runtime } from "../runtime.ts";
import type { StateStatus } from "./shared-state.ts";

export interface AvailabilityParts {
  readonly runtime: Pick<Runtime, "now" | "random" | "setTimer" | "sharesPromises" | "log">;
  /** The longest that an operation may take. */
  readonly timeoutMs: number;
  /** What has to succeed before it counts as back; may take several operations, each bounded by `within`. */
  probe(within: Within): Promise<void>;
}

/** Rejects where the operation is not done in time. */
export type Within = <Result>(operation: () => Promise<Result>) => Promise<Result>;

export interface Availability {
  /** Undefined where it is gone: at once if that is known already. Never rejects. */
  attempt<Result>(operation: () => Promise<Result>): Promise<{ readonly result: Result } | undefined>;
  status(): StateStatus;
  /** Probes no more. */
  end(): void;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

export function createAvailability({ runtime, timeoutMs, probe }: AvailabilityParts): Availability {
  const within = createBound(runtime.setTimer, timeoutMs);
  /** Counts the losses, so that an answer from before one says nothing about the time after it. */
  let epoch = 0;
  let lost: { readonly since: number; problem: string; pauses: number; probeAt: number } | undefined;
  let callOff = () => {};

  function lose(thrown: unknown): void {
    epoch += 1;
    lost = { since: runtime.now(), problem: problemOf(thrown), pauses: 0, probeAt: 0 };
    runtime.log.warn("state-degraded", { problem: lost.problem });
    plan();
  }

  /** A Worker has no timers between requests: there the next operation that falls due probes. */
  function plan(): void {
    if (lost === undefined) return;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** lost.pauses) * (0.75 + runtime.random() / 2);
    lost.pauses += 1;
    lost.probeAt = runtime.now() + pauseMs;
    if (runtime.sharesPromises) callOff = runtime.setTimer(() => void tryAgain(), pauseMs);
  }

  async function tryAgain(): Promise<void> {
    const asked = epoch;
    try {
      await probe(within);
      if (lost === undefined || asked !== epoch) return;
      const seconds = (runtime.now() - lost.since) / 1000;
      lost = undefined;
      runtime.log.warn("state-recovered", { seconds });
    } catch (thrown) {
      if (lost === undefined || asked !== epoch) return;
      lost.problem = problemOf(thrown);
      plan();
    }
  }

  return {
    async attempt(operation) {
      if (lost !== undefined && !runtime.sharesPromises && runtime.now() >= lost.probeAt) {
        // Set before the probe is under way, so that of many requests one probes; a Worker whose client leaves ends in the midst.
        lost.probeAt = runtime.now() + longestPauseMs + timeoutMs;
        await tryAgain();
      }
      if (lost !== undefined) return undefined;
      const asked = epoch;
      try {
        return { result: await within(operation) };
      } catch (thrown) {
        if (asked === epoch) lose(thrown);
        return undefined;
      }
    },
    status: () =>
      lost === undefined ? { mode: "shared" } : { mode: "local", since: lost.since, problem: lost.problem },
    end: () => callOff(),
  };
}

/**
 * In two halves: where this process itself stood still, its timer comes before the answers that lie in its sockets; the
 * second half lets them be read.
 */
function createBound(setTimer: Runtime["setTimer"], timeoutMs: number): Within {
  return (operation) =>
    new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error(`no answer within ${timeoutMs} milliseconds`));
      let callOff = setTimer(() => {
        callOff = setTimer(giveUp, timeoutMs / 2);
      }, timeoutMs / 2);
      operation()
        .then(resolve, reject)
        .finally(() => callOff());
    });
}

function problemOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
