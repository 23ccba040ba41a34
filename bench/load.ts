/** Runs the load generator and reads what it says. Knows nothing of phases or proxies. */
import { createInterface } from "node:readline";
import { buildProgram } from "./native-programs.ts";
import { endProcess, loadCore, spawnPinned } from "./pinned.ts";

/** Microseconds. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly finished: number;
  readonly aborted: number;
  /** Faults of the box that the proxy told as errors. */
  readonly faults: number;
  readonly pieces: number;
  /** Answers that were not what they should be. */
  readonly wrong: number;
  readonly problems: Readonly<Record<string, number>>;
  /** From the first request to the end of the last, in microseconds. */
  readonly elapsed: number;
  readonly latency: Spread;
  readonly first: Spread;
  readonly piece: Spread;
}

/** What native/load.c takes, by the same names. */
export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly headers: readonly string[];
  readonly model: string;
  readonly mode: "plain" | "stream" | "idle";
  readonly connections: number;
  readonly ramp_ms?: number;
  readonly rate?: number;
  readonly seconds?: number;
  readonly requests?: number;
  readonly count?: number;
  readonly abort_after?: number;
  readonly faults?: 1;
}

export interface RunningLoad {
  /** Resolves when all streams of the mode `idle` are open. */
  readonly open: Promise<void>;
  /** When the load left a stream, in nanoseconds, by the stream's number. */
  readonly leftAt: ReadonlyMap<number, number>;
  readonly result: Promise<LoadResult>;
  /** Ends the mode `idle`. */
  release(): void;
  stop(): Promise<void>;
}

export function startLoad(options: LoadOptions): RunningLoad {
  const { headers, ...rest } = options;
  const args = [
    ...Object.entries(rest).map(([name, value]) => `${name}=${value}`),
    ...headers.map((header) => `header=${header}`),
  ];
  const child = spawnPinned(loadCore, { program: buildProgram("load"), args }, ["pipe", "pipe", "inherit"]);
  const leftAt = new Map<number, number>();
  const { promise: open, resolve: tellOpen } = Promise.withResolvers<void>();
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`The load ended with ${code} and without a result.`)));
    if (child.stdout === null) return;
    createInterface(child.stdout).on("line", (line) => {
      const [word, first, second] = line.split(" ");
      if (word === "abort") leftAt.set(Number(first), Number(second));
      else if (word === "open") tellOpen();
      else resolve(JSON.parse(line) as LoadResult);
    });
  });
  return { open, leftAt, result, release: () => child.stdin?.end(), stop: () => endProcess(child) };
}

/** Runs to the end. */
export function runLoad(options: LoadOptions): Promise<LoadResult> {
  return startLoad(options).result;
}
