/** The backend of the benchmark as a process: where it listens, and which streams were left and when. */
import { createInterface } from "node:readline";
import { buildProgram } from "./native-programs.ts";
import { endProcess, loadCore, spawnPinned } from "./pinned.ts";

export interface Box {
  readonly port: number;
  /** When the box saw that a stream was left, in nanoseconds, by the stream's number. */
  readonly leftAt: ReadonlyMap<number, number>;
  stop(): Promise<void>;
}

export async function startBox(models: readonly string[]): Promise<Box> {
  const child = spawnPinned(loadCore, { program: buildProgram("backend"), args: ["0", ...models] }, [
    "ignore",
    "pipe",
    "inherit",
  ]);
  const leftAt = new Map<number, number>();
  const port = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`The box ended with ${code}.`)));
    if (child.stdout === null) return;
    createInterface(child.stdout).on("line", (line) => {
      const [word, first, second] = line.split(" ");
      if (word === "port") resolve(Number(first));
      if (word === "abort") leftAt.set(Number(first), Number(second));
    });
  });
  return { port, leftAt, stop: () => endProcess(child) };
}
