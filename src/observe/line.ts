/** One log event as one line, for people or for machines. Pure; knows neither clock nor sink. */
import { forEachPrintable, isPrintable } from "./printable.ts";

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
  const start = `{"time":"${formatUtc(time)}","level":${JSON.stringify(level)},"event":${JSON.stringify(event)}`;
  if (isPrintable(fields) && !hasOwnNames(fields)) {
    const flat = JSON.stringify(fields);
    return flat === "{}" ? `${start}}` : `${start},${flat.slice(1)}`;
  }
  let line = start;
  forEachPrintable(fields, (name, value) => {
    if (!ownNames.includes(name)) line += `,${JSON.stringify(name)}:${JSON.stringify(value)}`;
  });
  return `${line}}`;
}

/** Names that are the event's own, whose place no field can take. */
const ownNames = ["time", "level", "event"];

const hasOwnNames = (fields: object) => ownNames.some((name) => name in fields);

/** The second that was written last, without its end: many events share it. */
const latest = { second: NaN, text: "" };

/** As `toISOString` has it. */
function formatUtc(time: number): string {
  const second = Math.floor(time / 1000);
  if (second !== latest.second) {
    latest.text = new Date(second * 1000).toISOString().slice(0, -4);
    latest.second = second;
  }
  return `${latest.text}${String(Math.floor(time) - second * 1000).padStart(3, "0")}Z`;
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
