/** Where the log of a process goes, and how it is written. */
import process from "node:process";
import type { Config } from "../config/schema.ts";
import type { createLog } from "../observe/log.ts";

export function logOptions(config: Config): Parameters<typeof createLog>[0] {
  const { level, format } = config.logging;
  return { level, format, write: (line) => void process.stderr.write(`${line}\n`) };
}
