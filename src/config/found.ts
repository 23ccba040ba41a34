/** Says in plain words what stands at a place of the configuration. Must not decide what may be shown. */
import { redactCredentials } from "./redact.ts";

const maxShownLength = 60;

/** The kind and the value itself, cut when long: `the string "8080"`. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") {
    if (value === "") return "an empty string";
    const text = hideCredentials(value);
    return `the string ${JSON.stringify(text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text)}`;
  }
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return `the value ${value}`;
  return describeKind(value);
}

/** Harsher than for a URL that parsed: a password breaks a URL just where it would be recognised. */
function hideCredentials(text: string): string {
  const withoutUser = /:[^@]*@/.test(text)
    ? text.replace(/^([a-z][\w+.-]*:\/\/)?.*@/is, "$1[secret]@")
    : text;
  return redactCredentials(withoutUser);
}

/** The kind alone, for what must not be shown: `a string`. */
export function describeKind(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value (null)";
  if (value === "") return "an empty string";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "bigint") return "a number";
  if (typeof value === "boolean") return "a boolean";
  if (typeof value !== "object") return `a ${typeof value}`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag !== "Object") return `a ${tag}`;
  return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
}
