/** One log event as one line, for people or for machines. Pure; knows neither clock nor sink. */
import { forEachPrintable } from "./printable.ts";

export type LogFormat = "text" | "json";

export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: string;
  readonly event: string;
  readonly fields: unknown;
}

/** A line without its line break. */
export function formatLine(event: LogEvent, format: LogFormat): string {
  return format === "json" ? formatJson(event) : formatText(event);
}

function formatJson({ time, level, event, fields }: LogEvent): string {
  let line = `{"time":"${new Date(time).toISOString()}","level":${JSON.stringify(level)},"event":${JSON.stringify(event)}`;
  forEachPrintable(fields, (name, value) => {
    // No field can take the place of the event's own.
    if (name === "time" || name === "level" || name === "event") return;
    line += `,${quoteName(name)}:${typeof value === "number" ? value : JSON.stringify(value)}`;
  });
  return `${line}}`;
}

const quotedNames = new Map<string, string>();
const mostQuoted = 1_000;

/** Names come again and again. */
function quoteName(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const quoted = JSON.stringify(name);
  if (quotedNames.size < mostQuoted) quotedNames.set(name, quoted);
  return quoted;
}

function formatText({ time, level, event, fields }: LogEvent): string {
  let shown = "";
  forEachPrintable(fields, (name, value) => {
    shown += ` ${name}=${formatValue(value)}`;
  });
  return `${formatTime(new Date(time))} ${level.toUpperCase()} ${event}${shown}`;
}

/** The place's own time, as the clock on the wall shows it. */
function formatTime(date: Date): string {
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** Quoted where it would not be told apart from what follows; nothing in it can begin a new line or steer a terminal. */
function formatValue(value: unknown): string {
  if (typeof value === "string" && /^[^\s"=\p{Cc}\p{Cf}]+$/u.test(value)) return value;
  return JSON.stringify(value).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
