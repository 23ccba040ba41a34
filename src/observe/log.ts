/** Makes the `Log` of the app out of LogTape: one line an event. Must never throw, and knows no stream to write to. */
import { configureSync, getLogger, type LogLevel, type LogRecord } from "@logtape/logtape";
import type { Log, LogFields } from "../runtime.ts";
import { formatLine, type LogFormat } from "./line.ts";

export type LogLevelName = keyof Log;

export interface LogOptions {
  /** The least important events that are written. */
  readonly level: LogLevelName;
  readonly format: LogFormat;
  /** Takes one line without its line break; warnings and errors are urgent. */
  write(line: string, isUrgent: boolean): void;
}

const category = ["openai-local-proxy"];

const levelNames: Readonly<Record<string, LogLevelName>> = {
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
};

/**
 * The fields of the event that is being told. LogTape reads and copies every property of a record; these are read once,
 * guarded, by the line that they go into, which is written within the call.
 */
const told: { fields: LogFields | undefined } = { fields: undefined };

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
  const tell = (level: LogLevel, say: (event: string) => void) => (event: string, fields?: LogFields) => {
    attempt(() => {
      if (!logger.isEnabledFor(level)) return;
      told.fields = fields;
      say(event);
    });
  };
  return {
    debug: tell("debug", (event) => logger.debug(event)),
    info: tell("info", (event) => logger.info(event)),
    warn: tell("warning", (event) => logger.warn(event)),
    error: tell("error", (event) => logger.error(event)),
  };
}

function writeRecord(record: LogRecord, { format, write }: LogOptions): void {
  const event = typeof record.rawMessage === "string" ? record.rawMessage : record.rawMessage.join("");
  const level = levelNames[record.level] ?? "error";
  attempt(() =>
    write(
      formatLine({ time: record.timestamp, level, event, fields: told.fields }, format),
      level === "warn" || level === "error",
    ),
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
