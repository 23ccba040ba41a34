/** Turns anything into what JSON can hold, with credentials masked. Pure; knows no event and must never throw. */

/** What stands in place of a credential. */
export const masked = "[hidden]";

/** Deeper than this nobody reads a log line. */
const maxDepth = 6;

const credentialName = /authorization|api[-_]?key|secret|passw|cookie|credential|bearer|token$/i;

/** Event fields are few and the same again and again. */
const judged = new Map<string, boolean>();
const mostJudged = 1_000;

/** Whether a field of this name is likely to hold a credential. */
export function isCredentialName(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const isOne = credentialName.test(name);
  if (judged.size < mostJudged) judged.set(name, isOne);
  return isOne;
}

/** A plain copy: strings, numbers, booleans, null, lists and objects; undefined fields are left out. */
export function toPrintable(value: unknown): unknown {
  return copy(value, []);
}

function copy(value: unknown, ancestors: readonly object[]): unknown {
  try {
    if (typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "bigint" || typeof value === "symbol") return String(value);
    if (typeof value === "function") return "[function]";
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (typeof value !== "object" || value === null) return value;
    if (ancestors.includes(value)) return "[circular]";
    if (ancestors.length >= maxDepth) return "[deeper]";
    return copyObject(value, [...ancestors, value]);
  } catch {
    // A getter or a proxy of somebody else threw.
    return "[unprintable]";
  }
}

function copyObject(value: object, ancestors: readonly object[]): unknown {
  if (value instanceof Error) return value.stack ?? String(value);
  // Such as Secret, URL and Date, which know best how they want to be shown.
  if ("toJSON" in value && typeof value.toJSON === "function") return copy(value.toJSON(), ancestors);
  if (Array.isArray(value)) return value.map((entry) => copy(entry, ancestors));
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value))
    return `[${value.constructor.name}]`;
  return copyFields(value, ancestors);
}

function copyFields(value: object, ancestors: readonly object[]): Record<string, unknown> {
  // Without a prototype, `__proto__` is a name like any other.
  const fields: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(value)) {
    const field: unknown = readField(value, name);
    if (field === undefined) continue;
    fields[name] = isCredentialName(name) ? masked : copy(field, ancestors);
  }
  return fields;
}

function readField(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name);
  } catch {
    return "[unprintable]";
  }
}
