/** Explains one value that the schema refused: what it is, what was wanted, what to write. Must not show a secret. */
import type { z } from "zod";
import type { ConfigProblem } from "./config-error.ts";
import { formatPath, isSecretPath, showName, type ConfigPath } from "./config-path.ts";
import type { FilledPaths } from "./environment.ts";
import { describeChoice, describeExpected } from "./expected.ts";
import { describeKind, describeValue } from "./found.ts";
import { findHint } from "./hint.ts";
import type { KnownKeys } from "./known-keys.ts";
import { findNearest } from "./nearest.ts";

export interface IssueContext {
  readonly source: unknown;
  readonly knownKeys: KnownKeys;
  readonly filledPaths: FilledPaths;
}

/** `path` is the whole path, since an issue inside a union tells only its end. */
export function explainValue(
  issue: z.core.$ZodIssue,
  path: ConfigPath,
  context: IssueContext,
): ConfigProblem {
  const value = findValue(context.source, path);
  const schemas = context.knownKeys.findSchemas(path);
  const placeholders = context.filledPaths.get(formatPath(path));
  const canShow = placeholders === undefined && !isSecretPath(path);
  const description = schemas.find((schema) => schema.description !== undefined)?.description;
  const words = explainByCode(issue, value, canShow);
  return {
    path: formatPath(path),
    found: words.found ?? describeFound(value, placeholders, canShow),
    expected: words.expected ?? describeExpected(schemas),
    hint:
      words.hint ??
      adviseOnMissingName(value, path, context.knownKeys) ??
      findHint(value, schemas, canShow) ??
      description ??
      "correct the value or remove the line",
  };
}

/** `backends: { url: … }` leaves out the name between: the entry is called like one of its own keys. */
function adviseOnMissingName(value: unknown, path: ConfigPath, knownKeys: KnownKeys): string | undefined {
  const key = String(path.at(-1));
  if (typeof value === "object" || !knownKeys.findKeys(path).includes(key)) return undefined;
  return `put a name of your choice around it: { "primary": { ${JSON.stringify(key)}: … } }`;
}

function explainByCode(issue: z.core.$ZodIssue, value: unknown, canShow: boolean): Partial<ConfigProblem> {
  switch (issue.code) {
    case "invalid_value":
      return { expected: describeChoice(issue.values), ...adviseOnChoice(value, issue.values, canShow) };
    case "invalid_key": {
      const name = showName(String(issue.path.at(-1)));
      const rule = issue.issues.find((inner) => inner.code === "invalid_format")?.message;
      const hint = "rename it; a name has at least one character";
      return rule === undefined
        ? { found: `the name ${JSON.stringify(name)}`, expected: "a name that is not empty", hint }
        : {
            found: `the name ${JSON.stringify(name)}`,
            expected: rule,
            hint: "use letters, digits and hyphens only",
          };
    }
    case "invalid_format":
    case "invalid_element":
      return { expected: issue.message };
    case "custom": {
      const suggestion: unknown = issue.params?.["suggestion"];
      const general: unknown = issue.params?.["hint"];
      const hint = canShow && typeof suggestion === "string" ? `write "${suggestion}"` : general;
      return { expected: issue.message, ...(typeof hint === "string" ? { hint } : {}) };
    }
    default:
      return {};
  }
}

function adviseOnChoice(
  value: unknown,
  choices: readonly unknown[],
  canShow: boolean,
): Partial<ConfigProblem> {
  if (typeof value !== "string" || !canShow) return {};
  const [nearest] = findNearest(
    value,
    choices.filter((choice) => typeof choice === "string"),
    1,
  );
  return nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` };
}

function describeFound(
  value: unknown,
  placeholders: readonly string[] | undefined,
  canShow: boolean,
): string {
  if (placeholders === undefined) return canShow ? describeValue(value) : describeKind(value);
  return `${describeKind(value)}, filled in from ${placeholders.map((name) => `\${${name}}`).join(", ")}`;
}

/** Own entries only, undefined where the path leads nowhere. */
export function findValue(source: unknown, path: ConfigPath): unknown {
  let value = source;
  for (const segment of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = Reflect.get(value, segment);
  }
  return value;
}
