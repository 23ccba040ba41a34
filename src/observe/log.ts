/** Makes the `Log` of the app out of LogTape: one line an event. Must never throw, and knows no stream to write to. */
import { configureSync, getLogger, type LogRecord } from "@logtape/logtape";
import type { Log, LogFields } from "../runtime.ts";
import { formatLine, type LogFormat } from "./line.ts";

export type LogLevelName = keyof Log;

export interface LogOptions {
  /** The least important events that are written. */
  readonly level: LogLevelName;
  readonly format: LogFormat;
  /** Takes one line without its line break. */
  write(line: string): void;
}

const category = ["openai-local-proxy"];

const levelNames: Readonly<Record<string, LogLevelName>> = {
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
};

/**
 * LogTape's configuration belongs to the whole process: the last call decides where all logs go and how much they say,
 * the logs made by earlier calls included. A reload calls it again with the new level and format.
 */
export function createLog(options: LogOptions): Log {
  configureSync({
    reset: true,
    sinks: { lines: (record) => writeRecord(record, options) },
    loggers: [
      { category, sinks: ["lines"], lowestLevel: options.level === "warn" ? "warning" : options.level },
      // Otherwise LogTape tells about itself on the console at its first use.
      { category: ["logtape", "meta"], sinks: [], lowestLevel: null },
    ],
  });
  const logger = getLogger(category);
  return {
    debug: (event, fields) => attempt(() => logger.debug(event, asProperties(fields))),
    info: (event, fields) => attempt(() => logger.info(event, asProperties(fields))),
    warn: (event, fields) => attempt(() => logger.warn(event, asProperties(fields))),
    error: (event, fields) => attempt(() => logger.error(event, asProperties(fields))),
  };
}

/** LogTape reads every property when it makes a record, so the fields travel as one and are read here, guarded. */
function asProperties(fields: LogFields = {}): { fields: LogFields } {
  return { fields };
}

function writeRecord(record: LogRecord, { format, write }: LogOptions): void {
  const event = typeof record.rawMessage === "string" ? record.rawMessage : record.rawMessage.join("");
  const level = levelNames[record.level] ?? "error";
  attempt(() =>
    write(formatLine({ time: record.timestamp, level, event, fields: record.properties.fields }, format)),
  );
}

/** A log that fails must not take the request with it. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // There is nowhere left to tell it.
  }
}
