/** The workers of one machine: each in its seat, started again when it dies, served what all of them share. */
import type { Log } from "../runtime.ts";
import { storedBytes } from "../state.ts";
import { createMemoryState } from "../store/memory-state.ts";
import { serveState } from "../store/remote-state.ts";
import { type Calls, createCalls } from "./calls.ts";
import { endWithin, type Listener, type Shell, type WorkerProcess } from "./shell.ts";
import { createWorkerState } from "./worker-state.ts";
import { workerVariable } from "./worker.ts";
import { subjectOf } from "./workers-view.ts";

export interface WorkersParts {
  readonly shell: Pick<Shell, "startWorker">;
  readonly port: number;
  readonly count: number;
  readonly log: Log;
}

export interface Workers extends Pick<Listener, "stop"> {
  /** False where one of them ended before all of them listened: then none is left. */
  start(): Promise<boolean>;
  tellAll(call: "reload"): void;
  /** Ends all of them at once. */
  kill(): void;
}

interface Seat {
  readonly index: number;
  process: WorkerProcess | undefined;
  calls: Calls | undefined;
  ended: Promise<void>;
  /** Ends in a row that came soon. */
  failures: number;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** A worker that lived for so long did not fail at its start. */
const settledMs = 10_000;
/** On top of the time that answers have to finish. */
const endingMs = 2_000;

export function createWorkers({ shell, port, count, log }: WorkersParts): Workers {
  const now = () => Date.now();
  const shared = createMemoryState(storedBytes, now);
  const seats: readonly Seat[] = Array.from({ length: count }, (_, index) => ({
    index,
    process: undefined,
    calls: undefined,
    ended: Promise.resolve(),
    failures: 0,
  }));
  /** The latest order about each subject, for workers that start later. */
  const orders = new Map<string, string>();
  let phase: "starting" | "serving" | "ending" = "starting";

  /** Resolves with whether it came to listen. */
  function startIn(seat: Seat): Promise<boolean> {
    const listening = Promise.withResolvers<boolean>();
    const ended = Promise.withResolvers<void>();
    const startedAt = now();
    const child = shell.startWorker({ [workerVariable]: String(seat.index + 1) });
    const state = createWorkerState(shared, now);
    const calls = createCalls(
      { send: (message) => void child.send(message) },
      {
        seat: () => JSON.stringify({ port, keepsWarm: seat.index === 0, orders: [...orders.values()] }),
        state: async (order) => (await serveState(state, order)).text(),
        others: (text) => askOthers(seat, text),
        listening() {
          listening.resolve(true);
          return "";
        },
      },
    );
    Object.assign(seat, { process: child, calls, ended: ended.promise });
    child.on("message", (message: unknown) => calls.receive(message));
    // A line that broke; the end of the process follows.
    child.on("error", () => {});
    child.on("exit", (code, signal) => {
      calls.end();
      Object.assign(seat, { process: undefined, calls: undefined });
      void state.releaseAll();
      listening.resolve(false);
      ended.resolve();
      if (phase === "serving") startAgain(seat, now() - startedAt, code ?? signal);
    });
    return listening.promise;
  }

  function startAgain(seat: Seat, livedMs: number, end: number | string | null): void {
    if (livedMs >= settledMs) seat.failures = 0;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** seat.failures);
    seat.failures += 1;
    log.error("worker-ended", { worker: seat.index + 1, end, again_after_ms: pauseMs });
    setTimeout(() => {
      if (phase === "serving") void startIn(seat);
    }, pauseMs);
  }

  async function askOthers(asking: Seat, text: string): Promise<string> {
    const subject = subjectOf(text);
    if (subject !== undefined) orders.set(subject, text);
    const others = seats.flatMap((seat) => (seat === asking || seat.calls === undefined ? [] : [seat.calls]));
    const answers = await Promise.allSettled(others.map((calls) => calls.call("request", text)));
    return JSON.stringify(answers.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
  }

  function tellAll(call: string, text = ""): void {
    // One that ends meanwhile has no use for it.
    for (const { calls } of seats) calls?.call(call, text).catch(() => {});
  }

  function kill(): void {
    for (const seat of seats) seat.process?.kill("SIGKILL");
  }

  return {
    async start() {
      const all = seats.map(async (seat) => {
        if (!(await startIn(seat))) throw new Error("it ended");
      });
      const isWhole = await Promise.all(all).then(
        () => true,
        () => false,
      );
      // Told to end meanwhile.
      if (phase !== "starting") return true;
      phase = isWhole ? "serving" : "ending";
      if (!isWhole) kill();
      return isWhole;
    },
    tellAll,
    stop(limitMs) {
      phase = "ending";
      tellAll("drain", "SIGTERM");
      return endWithin(limitMs + endingMs, Promise.all(seats.map(({ ended }) => ended)), kill);
    },
    kill,
  };
}
