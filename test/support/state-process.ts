/** Starts processes that hold shared state, and gives them orders. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { projectRoot } from "./launch.ts";

export interface StateProcess {
  /** `take`, `points`, `set`, `get`, `status` or `close`, with a count, a name and a limit. */
  order(order: string, count?: number, name?: string, limit?: number): Promise<unknown>;
  /** What it logged so far. */
  readonly events: string[];
  readonly child: ChildProcess;
  /** As kill -9 does it. */
  kill(): Promise<void>;
}

const bin = (name: string) => join(projectRoot, "node_modules", ".bin", name);

const programs = {
  node: [process.execPath],
  bun: [bin("bun")],
  deno: [bin("deno"), "run", "--no-lock", "-A"],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export async function startStateProcess(
  url: string,
  { leaseLifetimeMs = 15_000, timeoutMs = 5_000, runtime = "node" as keyof typeof programs } = {},
): Promise<StateProcess> {
  const [program, ...fixed] = programs[runtime];
  const script = join(projectRoot, "test/store/state-worker.ts");
  const child = spawn(program, [...fixed, script, url, String(leaseLifetimeMs), String(timeoutMs)], {
    cwd: projectRoot,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const events: string[] = [];
  const waiting: ((answer: unknown) => void)[] = [];
  const ready = Promise.withResolvers<void>();
  child.once("exit", (code) => ready.reject(new Error(`The process ended with ${code}.`)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const told = JSON.parse(line) as "ready" | { event: string } | { answer: unknown };
    if (told === "ready") ready.resolve();
    else if ("event" in told) events.push(told.event);
    else waiting.shift()?.(told.answer);
  });
  await ready.promise;
  return {
    order(...words) {
      const answer = new Promise<unknown>((resolve) => waiting.push(resolve));
      child.stdin.write(`${words.join(" ")}\n`);
      return answer;
    },
    events,
    child,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
