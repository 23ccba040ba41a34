/** The commands that start a script on each runtime as users start this proxy. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../folders.ts";
import type { Command } from "../pinned.ts";

export const runtimes = ["node", "bun", "deno", "workerd"] as const;
export type Runtime = (typeof runtimes)[number];

export interface StartOptions {
  /** Where a candidate on Node leaves its CPU profile, if one is wanted. */
  readonly profileFolder: string | undefined;
  /** In the stead of the proxy's own. */
  readonly script?: string;
}

export const bin = (program: string) => join(projectFolder, "node_modules", ".bin", program);

/** The command of package.json's script, less what npm's shell does: environment and lookup. */
export function startCommand(
  runtime: Exclude<Runtime, "workerd">,
  args: readonly string[],
  { profileFolder, script }: StartOptions,
): Command {
  const packageJson = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const words = (packageJson.scripts[runtime === "node" ? "start" : `start:${runtime}`] ?? "").split(" ");
  const isSetting = (word: string) => /^[A-Z_]+=/.test(word);
  const [program = "", ...fixed] = words.filter((word) => !isSetting(word));
  const settings = words.filter(isSetting).map((word) => word.split("=", 2) as [string, string]);
  const profile =
    runtime === "node" && profileFolder !== undefined
      ? ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`]
      : [];
  return {
    program: program === "node" ? process.execPath : bin(program),
    args: [...profile, ...fixed.slice(0, -1), script ?? fixed.at(-1) ?? "", ...args],
    environment: Object.fromEntries(settings),
    folder: projectFolder,
  };
}
