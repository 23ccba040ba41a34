/** Starts simulated boxes as processes, for tests in which one of them dies or freezes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "./launch.ts";

export interface BoxProcess {
  readonly url: string;
  /** Ends it at once, as a power cut would. */
  kill(): void;
  /** Leaves its sockets open and answers nothing more. */
  freeze(): void;
  stop(): Promise<void>;
}

/** `tokenDelayMs` is the pause between two pieces of an answer. */
export async function startBox(tokenDelayMs: number): Promise<BoxProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(projectRoot, "test/support/simulator-process.ts"), String(tokenDelayMs)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  if (child.stdout === null) throw new Error("The box has no output.");
  const [first] = (await once(child.stdout, "data")) as [Buffer];
  return {
    url: `http://127.0.0.1:${Number(first.toString())}`,
    kill: () => void child.kill("SIGKILL"),
    freeze: () => void child.kill("SIGSTOP"),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
