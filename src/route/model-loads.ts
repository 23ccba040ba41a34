/** One load for all who wait for it: who waits, for how long already, and what came of earlier ones. Knows no fetch. */
import { clientGone, internalError, ProxyError } from "../errors.ts";
import type { LoadProgress, LoadTarget } from "./load-progress.ts";
import type { StopSignal } from "../stop-signal.ts";

export interface LoadTicket {
  /** Resolves when it is ready; rejects with one ProxyError for all waiters, or with `client_closed_request` for one who left. */
  readonly ready: Promise<void>;
  /** Where it stands now, for heartbeats; undefined once it is over. */
  progress(): LoadProgress | undefined;
}

export interface TrackedLoad {
  /** Where it stands now, for heartbeats; undefined once it is over. */
  progress(): LoadProgress | undefined;
  /** Only the first call counts. */
  end(hasLoaded: boolean): void;
}

/** Does the loading; `signal` aborts when nobody waits any more. Rejects with a ProxyError. */
export type BeginLoad = (signal: StopSignal) => Promise<void>;

export interface ModelLoads {
  /**
   * Waits for the load that runs, or begins it. The waiter leaves by its `signal`; when the last one has left, the load is
   * aborted. For a moment after a failure the same failure is told at once. Where requests may not wait for each other's
   * promises, each one begins its own: such a caller had better let the first request itself load the model.
   */
  join(target: LoadTarget, begin: BeginLoad, signal: StopSignal): LoadTicket;
  /**
   * Notes that a request loads the model by asking for it, where there is no other way to load. Who joins meanwhile waits
   * until the request's first byte, or its failure, and is then let go to ask for itself.
   */
  track(target: LoadTarget): TrackedLoad;
  /**
   * Every load that runs, for status pages and for routing: a backend that loads is slow, not dead. None where promises
   * are not shared.
   */
  running(): readonly LoadProgress[];
}

export interface ModelLoadsParts {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sharesPromises: boolean;
  /** How long a failure keeps others from trying; default: 5 seconds. */
  readonly failureMemoryMs?: number;
}

interface Flight {
  readonly target: LoadTarget;
  readonly startedAt: number;
  readonly work: AbortController;
  /** Rejects with a ProxyError. */
  readonly over: Promise<void>;
  waiters: number;
}

interface Failure {
  readonly error: ProxyError;
  readonly until: number;
}

const defaultFailureMemoryMs = 5_000;
/** The share of the newest load in what the next one is expected to take. */
const newestShare = 0.3;

export function createModelLoads({ now, sharesPromises, ...options }: ModelLoadsParts): ModelLoads {
  const failureMemoryMs = options.failureMemoryMs ?? defaultFailureMemoryMs;
  /** By target. Empty where promises are not shared: a request that ends there may never tell that its load did. */
  const flights = new Map<string, Flight>();
  const failures = new Map<string, Failure>();
  const expectedMs = new Map<string, number>();

  function start(key: string, target: LoadTarget, begin: BeginLoad): Flight {
    const work = new AbortController();
    const startedAt = now();
    async function run(): Promise<void> {
      try {
        await begin(work.signal);
        expect(key, now() - startedAt);
      } catch (thrown) {
        const error = thrown instanceof ProxyError ? thrown : internalError(thrown);
        // Nobody heard of a load that was called off, and the next one may go well.
        if (!work.signal.aborted) remember(key, error);
        throw error;
      } finally {
        forget(key, work);
      }
    }
    const over = run();
    // The waiters hear of it; a load without any is no defect.
    over.catch(() => {});
    const flight = { target, startedAt, work, over, waiters: 0 };
    if (sharesPromises) flights.set(key, flight);
    return flight;
  }

  /** A later load of the same may stand there by now. */
  function forget(key: string, work: AbortController): void {
    if (flights.get(key)?.work === work) flights.delete(key);
  }

  function expect(key: string, tookMs: number): void {
    const earlier = expectedMs.get(key);
    expectedMs.set(key, earlier === undefined ? tookMs : earlier + newestShare * (tookMs - earlier));
  }

  function remember(key: string, error: ProxyError): void {
    for (const [other, { until }] of failures) if (until <= now()) failures.delete(other);
    failures.set(key, { error, until: now() + failureMemoryMs });
  }

  function progressOf({ target, startedAt }: Flight): LoadProgress {
    const state = target.model === undefined ? "waking" : "loading";
    return { state, target, sinceMs: now() - startedAt, expectedMs: expectedMs.get(keyOf(target)) };
  }

  return {
    join(target, begin, signal) {
      if (signal.aborted) return refused(clientGone());
      const key = keyOf(target);
      const failure = failures.get(key);
      if (failure !== undefined && now() < failure.until) return refused(failure.error);
      const flight = flights.get(key) ?? start(key, target, begin);
      let isOver = false;
      const ready = wait(flight, signal, () => forget(key, flight.work)).finally(() => {
        isOver = true;
      });
      ready.catch(() => {});
      return { ready, progress: () => (isOver ? undefined : progressOf(flight)) };
    },
    track(target) {
      const key = keyOf(target);
      const { promise: over, resolve } = Promise.withResolvers<void>();
      // The request itself is a waiter that never leaves before the end.
      const flight = { target, startedAt: now(), work: new AbortController(), over, waiters: 1 };
      if (sharesPromises && !flights.has(key)) flights.set(key, flight);
      let isOver = false;
      return {
        progress: () => (isOver ? undefined : progressOf(flight)),
        end(hasLoaded) {
          if (isOver) return;
          isOver = true;
          forget(key, flight.work);
          if (hasLoaded) expect(key, now() - flight.startedAt);
          resolve();
        },
      };
    },
    running: () => [...flights.values()].map(progressOf),
  };
}

/** Counts one waiter in, and out again when the load ends or it leaves; the last to leave calls the load off. */
function wait(flight: Flight, signal: StopSignal, abandon: () => void): Promise<void> {
  flight.waiters++;
  return new Promise((resolve, reject) => {
    function leave(): void {
      flight.waiters--;
      if (flight.waiters === 0) {
        // Before the abort: who comes next begins anew instead of joining what is being called off.
        abandon();
        flight.work.abort(new DOMException("Nobody waits for the load any more.", "AbortError"));
      }
      reject(clientGone());
    }
    signal.addEventListener("abort", leave, { once: true });
    flight.over.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

function refused(why: ProxyError): LoadTicket {
  const ready = Promise.reject(why);
  ready.catch(() => {});
  return { ready, progress: () => undefined };
}

function keyOf({ backend, model }: LoadTarget): string {
  return JSON.stringify([backend, model ?? null]);
}
