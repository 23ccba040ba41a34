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

/**
 * Calls `take` with each field as something that JSON can hold: strings, numbers, booleans, null, lists and plain objects.
 * What is no object has no fields; undefined ones are left out.
 */
export function forEachPrintable(fields: unknown, take: (name: string, value: unknown) => void): void {
  const plain = isPlain(fields) ? fields : copy(fields, []);
  if (typeof plain !== "object" || plain === null) return;
  const ancestors = [plain];
  for (const name of namesOf(plain)) {
    const value = printableField(plain, name, ancestors);
    if (value !== undefined) take(name, value);
  }
}

/** Whether `forEachPrintable` would hand on all fields as they are: flat ones without credentials, nearly always. */
export function isPrintable(fields: unknown): fields is object {
  if (!isPlain(fields)) return false;
  const ancestors = [fields];
  for (const name of namesOf(fields))
    if (printableField(fields, name, ancestors) !== readField(fields, name)) return false;
  return true;
}

/** An object without a way of its own to be shown; a proxy may answer anything and is copied. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  try {
    return Object.getPrototypeOf(value) === Object.prototype && !("toJSON" in value);
  } catch {
    return false;
  }
}

function namesOf(value: object): readonly string[] {
  try {
    return Object.keys(value);
  } catch {
    // A proxy of somebody else threw.
    return [];
  }
}

function printableField(fields: object, name: string, ancestors: readonly object[]): unknown {
  const value = readField(fields, name);
  if (value === undefined) return undefined;
  if (isCredentialName(name)) return masked;
  return typeof value === "string" ? value : copy(value, ancestors);
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
    const field = printableField(value, name, ancestors);
    if (field !== undefined) fields[name] = field;
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
