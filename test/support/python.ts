/** Finds a Python that has the packages of a script, and runs scripts in it. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./launch.ts";

const candidates = [join(projectRoot, ".venv", "bin", "python"), "python3"];

/** The first Python that can import `openai`; undefined where there is none. */
export const python: string | undefined = findPython("openai");

/** The first Python that can import a package; undefined where there is none. */
export function findPython(packageName: string): string | undefined {
  return candidates.find((candidate) => {
    if (candidate.includes("/") && !existsSync(candidate)) return false;
    return spawnSync(candidate, ["-c", `import ${packageName}`], { stdio: "ignore" }).status === 0;
  });
}

export const whyNoPython =
  "Skipped: no python3 with the packages of test/python/requirements.txt. To have it: python3 -m venv .venv && .venv/bin/pip install -r test/python/requirements.txt";

export interface ScriptResult {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program to its end with a script on its standard input or an argument list. */
export function runScript(
  program: string,
  scriptArguments: readonly string[],
  options: { readonly input?: string; readonly environment?: Record<string, string> } = {},
): Promise<ScriptResult> {
  const child = spawn(program, scriptArguments, {
    cwd: projectRoot,
    env: { ...process.env, ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(options.input ?? "");
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}
