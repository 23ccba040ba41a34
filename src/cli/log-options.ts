/** Where the log of a process goes, and how it is written. */
import process from "node:process";
import type { Config } from "../config/schema.ts";
import type { createLog } from "../observe/log.ts";
import { createLineBuffer, type LineBuffer } from "./line-buffer.ts";

let lines: LineBuffer | undefined;

/** All logs of the process, so that their lines keep their order through a reload. */
function standardError(): LineBuffer {
  if (lines !== undefined) return lines;
  const buffer = createLineBuffer(
    (text) => void process.stderr.write(text),
    (callback, delayMs) => void setTimeout(callback, delayMs).unref(),
  );
  process.on("exit", buffer.flush);
  lines = buffer;
  return buffer;
}

export function logOptions(config: Config): Parameters<typeof createLog>[0] {
  const { level, format } = config.logging;
  return { level, format, write: (line, isUrgent) => standardError().add(line, isUrgent) };
}
