/** Runs the command line as a process of its own, as an operator does. */
import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const bin = (name: string) => join(projectRoot, "node_modules", ".bin", name);
const entry = (name: string) => join(projectRoot, "src", "entry", `${name}.ts`);

const shells = {
  node: [process.execPath, entry("node")],
  bun: [bin("bun"), entry("bun")],
  deno: [bin("deno"), "run", "--no-lock", "--unstable-no-legacy-abort", "-A", entry("deno")],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type ShellName = keyof typeof shells;

export interface RunningCli {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

export function startCli(folder: string, args: readonly string[], shell: ShellName = "node"): RunningCli {
  const [program, ...fixed] = shells[shell];
  const { OPENAI_LOCAL_PROXY_CONFIG: _named, ...environment } = process.env;
  const child = spawn(program, [...fixed, ...args], { cwd: folder, env: { ...environment, NO_COLOR: "1" } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

/** The origin it listens on, once it does. */
export async function originOf(cli: RunningCli): Promise<string> {
  const origin = () => /^Listening on (http:\/\/\S+)\n/.exec(cli.stdout())?.[1];
  await expect.poll(origin, { timeout: 10_000 }).toBeDefined();
  return origin() ?? "";
}

/** A stream of the simulator's whose first bytes are here; `rest` reads it to the end. */
export async function startStream(origin: string): Promise<{ rest(): Promise<string> }> {
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-simulator-pieces": "40",
      "x-simulator-token-delay-ms": "25",
    },
    body: JSON.stringify({
      model: "simulated/qwen3-8b",
      stream: true,
      messages: [{ role: "user", content: "Hi" }],
    }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader?.read())?.value ?? "";
  return {
    async rest() {
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
        text += part.value;
      return text;
    },
  };
}
