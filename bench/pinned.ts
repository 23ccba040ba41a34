/** Starts and ends processes that stay on one core. Knows nothing of what they do. */
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";

/** The box and the load share one core, the proxy has the other for itself. */
export const loadCore = 0;
export const proxyCore = 1;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** taskset becomes the program itself, so that the child's id is the program's. */
export function spawnPinned(core: number, command: Command, stdio: StdioOptions): ChildProcess {
  const { program, args, environment, folder } = command;
  return spawn("taskset", ["-c", String(core), program, ...args], {
    stdio,
    ...(folder === undefined ? {} : { cwd: folder }),
    env: { ...process.env, NO_COLOR: "1", ...environment },
  });
}

/** Asks the process to end, and ends it by force after three seconds. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await ended;
  clearTimeout(timer);
}
