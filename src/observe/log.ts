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

/** Marks a sink that is done with a record when it returns, as LogTape's own are: nothing is copied for it. */
const isDoneAtOnce = Symbol.for("LogTape.sinkSnapshotPolicy.immediate");

const noFields: LogFields = {};

/**
 * LogTape's configuration belongs to the whole process: the last call decides where all logs go and how much they say,
 * the logs made by earlier calls included. A reload calls it again with the new level and format.
 */
export function createLog(options: LogOptions): Log {
  const lines = Object.assign((record: LogRecord) => writeRecord(record, options), { [isDoneAtOnce]: true });
  configureSync({
    reset: true,
    sinks: { lines },
    loggers: [
      { category, sinks: ["lines"], lowestLevel: options.level === "warn" ? "warning" : options.level },
      // Otherwise LogTape tells about itself on the console at its first use.
      { category: ["logtape", "meta"], sinks: [], lowestLevel: null },
    ],
  });
  const logger = getLogger(category);
  /** Handed over as a whole: LogTape's own methods look for templates in the message and keep a note of each record. */
  const tell =
    (level: LogLevel) =>
    (event: string, properties: LogFields = noFields): void => {
      try {
        if (!logger.isEnabledFor(level)) return;
        const timestamp = Date.now();
        const record: LogRecord = {
          category,
          level,
          message: [event],
          rawMessage: event,
          timestamp,
          properties,
        };
        logger.emit(record);
      } catch {
        // A log that fails must not take the request with it, and there is nowhere left to tell it.
      }
    };
  return { debug: tell("debug"), info: tell("info"), warn: tell("warning"), error: tell("error") };
}

function writeRecord(record: LogRecord, { format, write }: LogOptions): void {
  const { rawMessage, timestamp: time, properties: fields } = record;
  const event = typeof rawMessage === "string" ? rawMessage : rawMessage.join("");
  const level = levelNames[record.level] ?? "error";
  const isUrgent = level === "warn" || level === "error";
  try {
    write(formatLine({ time, level, event, fields }, format), isUrgent);
  } catch {
    // LogTape would tell of it in a log of its own.
  }
}
