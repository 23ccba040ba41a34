/** Loads the broken files of one folder and tells what the operator would read. Holds no expectation of its own. */
import { readdirSync, readFileSync } from "node:fs";
import { ConfigError } from "../../src/config/config-error.ts";
import { parseConfig } from "../../src/config/parse.ts";

export type BrokenFolder = "keys" | "syntax" | "values";

/** The file names of a folder, in order. */
export function listBrokenFiles(folder: BrokenFolder): string[] {
  return readdirSync(toUrl(folder)).sort();
}

/** The message of one file, as lines. Throws where the file loads after all, or fails in another way. */
export function readBrokenMessage(folder: BrokenFolder, file: string, environment = {}): string[] {
  const text = readFileSync(toUrl(`${folder}/${file}`), "utf8");
  try {
    parseConfig(text, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  throw new Error(`${file} loads`);
}

function toUrl(path: string): URL {
  return new URL(`./broken/${path}`, import.meta.url);
}
