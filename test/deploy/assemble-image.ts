/** Lays out in a folder what the Dockerfile lays out in an image: no engine, the same files. */
import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { projectRoot } from "../support/launch.ts";
import { listContext } from "./build-context.ts";
import { type Copy, copiesOf, parseDockerfile, type Stage, textOf } from "./dockerfile.ts";

const stages = parseDockerfile(readFileSync(join(projectRoot, "Dockerfile"), "utf8"));

function stageAt(index: number): Stage {
  const stage = stages.at(index);
  if (stage === undefined) throw new Error("the Dockerfile has no such stage");
  return stage;
}

/** Where `npm ci` runs, and what is shipped. */
export const libraries = stageAt(0);
export const shipped = stageAt(-1);
export const stageCount = stages.length;

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>;
}

/** The folders that `npm ci --omit=dev` fills, by the lock file. */
export function productionPackages(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(projectRoot, "package-lock.json"), "utf8")) as Lock;
  return Object.entries(lock.packages)
    .filter(([path, { dev, optional }]) => path !== "" && dev !== true && optional !== true)
    .map(([path]) => path);
}

/** Where a path of the image stands below `root`; relative ones count from WORKDIR. */
export function imagePath(root: string, path: string): string {
  return path.startsWith("/") ? join(root, path) : join(root, textOf(shipped, "WORKDIR"), path);
}

/** The files of the context that a COPY takes, each with its place in the image. */
export function copiedFiles(
  copy: Copy,
  context: readonly string[],
): ReadonlyArray<readonly [from: string, to: string]> {
  return copy.sources.flatMap((source) =>
    context.flatMap((file): ReadonlyArray<readonly [string, string]> => {
      if (file === source) {
        const isFolder = copy.target.endsWith("/") || copy.sources.length > 1;
        return [[file, isFolder ? join(copy.target, basename(file)) : copy.target]];
      }
      // The content of a folder is copied, not the folder.
      return file.startsWith(`${source}/`) ? [[file, join(copy.target, file.slice(source.length + 1))]] : [];
    }),
  );
}

/** Fills `root` as if it were the image's own. */
export function assembleImage(root: string): void {
  const context = listContext(projectRoot);
  for (const copy of copiesOf(shipped)) {
    if (copy.from === undefined) {
      for (const [from, to] of copiedFiles(copy, context))
        place(join(projectRoot, from), imagePath(root, to));
    } else {
      installPackages(imagePath(root, copy.target));
    }
  }
}

/** Copies and not links, since a linked package would find the development ones beside it. */
function installPackages(target: string): void {
  for (const path of productionPackages()) {
    place(join(projectRoot, path), join(dirname(target), path));
  }
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
}

/** Every file below a folder but those of libraries, to see that nothing is written. */
export function listFiles(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("node_modules/"))
    .sort();
}
