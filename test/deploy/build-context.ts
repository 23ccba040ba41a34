/** The files that Docker would see of a folder: what its .dockerignore leaves. Knows plain paths as patterns, no wildcard but "*". */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Rule {
  readonly path: string;
  readonly isKept: boolean;
}

export interface IgnoreRules {
  /** Whether the file comes into the context; the last rule that fits the path or a folder above it decides. */
  keeps(path: string): boolean;
  /** Whether anything below the folder could be kept. */
  enters(folder: string): boolean;
}

export function parseIgnoreRules(text: string): IgnoreRules {
  const rules: readonly Rule[] = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ path: line.replace(/^!/, ""), isKept: line.startsWith("!") }));
  for (const { path } of rules) {
    if (path !== "*" && /[*?[\]]/.test(path)) throw new Error(`this reader knows no pattern such as ${path}`);
  }
  const keeps = (path: string): boolean =>
    rules.findLast((rule) => rule.path === "*" || path === rule.path || path.startsWith(`${rule.path}/`))
      ?.isKept ?? true;
  return {
    keeps,
    enters: (folder) =>
      keeps(folder) || rules.some(({ path, isKept }) => isKept && path.startsWith(`${folder}/`)),
  };
}

/** Paths of files below `root`, with "/" between names, sorted. */
export function listContext(
  root: string,
  rules = parseIgnoreRules(readFileSync(join(root, ".dockerignore"), "utf8")),
) {
  function list(folder: string): string[] {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return rules.enters(path) ? list(path) : [];
      return rules.keeps(path) ? [path] : [];
    });
  }
  return list("").sort();
}
