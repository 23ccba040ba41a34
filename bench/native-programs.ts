/** Builds the box and the load generator with the system's C compiler, when their source is newer than what was built. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { benchFolder, cacheSubfolder } from "./folders.ts";

const sourceFolder = join(benchFolder, "native");

/** The path of a built program. */
export function buildProgram(name: "backend" | "load"): string {
  const source = join(sourceFolder, `${name}.c`);
  const program = join(cacheSubfolder("bin"), name);
  const sources = [source, join(sourceFolder, "http1.h")];
  if (existsSync(program) && sources.every((file) => statSync(file).mtimeMs < statSync(program).mtimeMs)) {
    return program;
  }
  const { error, status, stderr } = spawnSync("cc", ["-O2", "-Wall", "-Wextra", "-o", program, source], {
    encoding: "utf8",
  });
  if (error !== undefined) throw new Error("The benchmark needs a C compiler named cc.", { cause: error });
  if (status !== 0) throw new Error(`${name}.c does not build:\n${stderr}`);
  return program;
}
