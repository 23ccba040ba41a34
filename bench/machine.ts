/** The facts without which numbers mean nothing: the machine, its kernel, the versions of what was measured. */
import { spawnSync } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { projectFolder } from "./folders.ts";

function firstLine(program: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (error !== undefined) return "not installed";
  return (stdout === "" ? stderr : stdout).split("\n")[0]?.trim() ?? "";
}

const bin = (program: string) => join(projectFolder, "node_modules", ".bin", program);

/** `isAwake` where the cores were kept from sleeping. */
export function describeMachine(isAwake: boolean): Readonly<Record<string, string>> {
  const [core] = cpus();
  return {
    processor: `${cpus().length} cores of ${core?.model ?? "an unknown processor"}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    kernel: `Linux ${release().split("-", 1)[0]}`,
    "load before": loadavg()
      .map((load) => load.toFixed(2))
      .join(" "),
    "cores sleep": isAwake ? "no" : "yes",
    commit: firstLine("git", ["-C", projectFolder, "describe", "--always", "--dirty"]),
    node: process.version,
    bun: firstLine(bin("bun"), ["--version"]),
    deno: firstLine(bin("deno"), ["--version"]),
    workerd: firstLine(bin("workerd"), ["--version"]),
    nginx: firstLine("/usr/sbin/nginx", ["-v"]),
    haproxy: firstLine("/usr/sbin/haproxy", ["-v"]),
  };
}
