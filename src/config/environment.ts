/** Fills `${NAME}` in the values of a parsed configuration. Knows no field by name and never reads the real environment. */
import type { ConfigPath } from "./config-path.ts";
import { formatPath, showName } from "./config-path.ts";
import type { ConfigProblem } from "./config-error.ts";
import { describeValue } from "./found.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export type FilledPaths = ReadonlyMap<string, readonly string[]>;

export interface Expansion {
  /** A copy; the input stays as it was. */
  readonly value: unknown;
  readonly problems: ReadonlyArray<{ readonly path: ConfigPath; readonly problem: ConfigProblem }>;
  /** Printed path of each string with placeholders, which a message must not show, to the placeholders' names. */
  readonly filledPaths: FilledPaths;
}

interface Walk {
  readonly environment: Environment;
  readonly problems: { path: ConfigPath; problem: ConfigProblem }[];
  readonly filledPaths: Map<string, readonly string[]>;
  /** The mappings and lists around the current value, to notice one that holds itself. */
  readonly ancestors: Set<object>;
}

/** `${NAME}`, `${NAME:-default}`, and `$${` for a literal `${`; a missing variable is a problem with its path. */
export function expandVariables(source: unknown, environment: Environment): Expansion {
  const walk: Walk = { environment, problems: [], filledPaths: new Map(), ancestors: new Set() };
  const value = expandValue(source, [], walk);
  return { value, problems: walk.problems, filledPaths: walk.filledPaths };
}

function expandValue(value: unknown, path: ConfigPath, walk: Walk): unknown {
  if (typeof value === "string") return expandText(value, path, walk);
  if (typeof value !== "object" || value === null) return value;
  if (walk.ancestors.has(value)) {
    report(walk, path, "a value that contains itself", "plain values, lists and mappings", "write it out");
    return undefined;
  }
  walk.ancestors.add(value);
  const copy = Array.isArray(value)
    ? value.map((entry, index) => expandValue(entry, [...path, index], walk))
    : expandMapping(value, path, walk);
  walk.ancestors.delete(value);
  return copy;
}

function expandMapping(value: object, path: ConfigPath, walk: Walk): unknown {
  // A Map or a Date has no keys of its own and would pass for an empty section.
  if (Object.prototype.toString.call(value) !== "[object Object]") {
    report(walk, path, describeValue(value), "plain values, lists and mappings", "convert it first");
    return undefined;
  }
  const copy: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    // Assigning it would change the copy's prototype instead of adding a key.
    if (key === "__proto__") {
      report(walk, [...path, key], "the key `__proto__`", "an ordinary name", "choose another name");
    } else {
      copy[key] = expandValue(entry, [...path, key], walk);
    }
  }
  return copy;
}

function expandText(text: string, path: ConfigPath, walk: Walk): string {
  return text.replaceAll(/\$\$\{|\$\{([^}]*)(\}?)/g, (match: string, body: unknown, end: unknown) => {
    if (match === "$${") return "${";
    const parts = /^([A-Za-z_]\w*)(?::-(.*))?$/s.exec(String(body));
    const name = parts?.[1];
    const fallback = parts?.[2];
    if (name === undefined || end !== "}" || fallback?.includes("${") === true) {
      const expected = "`${NAME}` or `${NAME:-default}`, where NAME is letters, digits and underscores";
      report(
        walk,
        path,
        "a `${` that names no variable",
        expected,
        "write `$${` where a plain `${` is meant",
      );
      return match;
    }
    return lookUp(name, fallback, match, path, walk);
  });
}

function lookUp(
  name: string,
  fallback: string | undefined,
  match: string,
  path: ConfigPath,
  walk: Walk,
): string {
  const entry: unknown = Object.hasOwn(walk.environment, name) ? walk.environment[name] : undefined;
  // As in a shell: ":-" also stands in for a variable that is set but empty.
  const value = typeof entry === "string" && (entry !== "" || fallback === undefined) ? entry : fallback;
  const shown = showName(name);
  if (value === undefined) {
    const found = `\${${shown}}, but the environment has no variable ${shown}`;
    const hint = `set ${shown} before starting, or give a default: \${${shown}:-value}`;
    report(walk, path, found, `the environment variable ${shown}`, hint);
    return match;
  }
  const place = formatPath(path);
  walk.filledPaths.set(place, [...(walk.filledPaths.get(place) ?? []), shown]);
  return value;
}

function report(walk: Walk, path: ConfigPath, found: string, expected: string, hint: string): void {
  walk.problems.push({ path, problem: { path: formatPath(path), found, expected, hint } });
}
