/** Where the benchmark keeps what it builds, installs and writes; none of it belongs to the project. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const benchFolder = dirname(fileURLToPath(import.meta.url));
export const projectFolder = dirname(benchFolder);
export const cacheFolder = join(benchFolder, ".cache");

/** A folder within the cache, made where it is missing. */
export function cacheSubfolder(...names: readonly string[]): string {
  const folder = join(cacheFolder, ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}
