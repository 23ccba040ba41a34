/** Starts a worker where the runtime has no cluster: the same command, with a line of messages. Knows no runtime. */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/** `flags` are the runtime's own, before the script. */
export function spawnWorker(
  flags: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  const [, script = "", ...args] = process.argv;
  return spawn(process.execPath, [...flags, script, ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}
