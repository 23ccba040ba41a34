/** One log event as one line, for people or for machines. Pure; knows neither clock nor sink. */
import { toPrintable } from "./printable.ts";

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
  for (const [name, value] of Object.entries(printableFields(fields))) {
    // No field can take the place of the event's own.
    if (name === "time" || name === "level" || name === "event" || value === undefined) continue;
    line += `,${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return `${line}}`;
}

function formatText({ time, level, event, fields }: LogEvent): string {
  const shown = Object.entries(printableFields(fields)).map(
    ([name, value]) => ` ${name}=${formatValue(value)}`,
  );
  return `${formatTime(new Date(time))} ${level.toUpperCase()} ${event}${shown.join("")}`;
}

function printableFields(fields: unknown): Record<string, unknown> {
  const printable = toPrintable(fields);
  return isFields(printable) ? printable : {};
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
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
