/** Turns what the operator wrote into a Config, or into a ConfigError that says what to mend. Knows no file and no process. */
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { formatPath } from "./config-path.ts";
import { expandVariables, type Environment } from "./environment.ts";
import { explainIssues, type ExplainedIssue } from "./explain-issue.ts";
import { fillTyped } from "./filled-value.ts";
import { describeKind, describeValue } from "./found.ts";
import { createKnownKeys } from "./known-keys.ts";
import { configSchema, type Config } from "./schema.ts";
import { parseSourceText, type SourceText } from "./source-text.ts";

/**
 * Text (YAML or JSON) or an already parsed object, with `${NAME}` filled from `environment`.
 * Nothing at all is the configuration with every default; throws ConfigError with all problems at once.
 */
export function parseConfig(source: unknown, environment: Environment = {}): Config {
  const text: SourceText =
    typeof source === "string" ? parseSourceText(source) : { value: source, locate: () => undefined };
  requireMapping(text.value);
  const expansion = expandVariables(text.value ?? {}, environment);
  const { filledPaths, problems } = expansion;
  const value = filledPaths.size === 0 ? expansion.value : fillTyped(expansion, createKnownKeys());
  const result = configSchema.safeParse(value);
  if (result.success && problems.length === 0) return result.data;

  const issues = result.error?.issues ?? [];
  const explained = explainIssues(issues, { source: value, knownKeys: createKnownKeys(), filledPaths });
  const located = joinProblems(problems, explained).map((found) => addPosition(found, text));
  throw new ConfigError(located.sort(comparePositions));
}

function requireMapping(value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value === "object" && !Array.isArray(value)) return;
  const isFileName = typeof value === "string" && /^\S+\.(?:ya?ml|json)$/i.test(value);
  throw new ConfigError([
    {
      path: "",
      // Plain text may be a key that was pasted alone.
      found: isFileName ? describeValue(value) : describeKind(value),
      expected: "a mapping with keys such as `server` and `backends`",
      hint: isFileName
        ? "this is the name of a file; pass what is written in it"
        : 'begin with `backends:` (YAML) or { "backends": … } (JSON)',
    },
  ]);
}

/** One problem a place: a second one there, or one after a placeholder that was refused, only follows from the first. */
function joinProblems(
  refused: readonly ExplainedIssue[],
  issues: readonly ExplainedIssue[],
): readonly ExplainedIssue[] {
  const told = new Set(refused.map(({ path }) => formatPath(path)));
  const others = issues.filter(({ path }) => {
    const place = formatPath(path);
    return told.has(place) ? false : told.add(place);
  });
  return [...refused, ...others];
}

function addPosition({ path, problem }: ExplainedIssue, text: SourceText): ConfigProblem {
  const position = text.locate(path);
  return position === undefined ? problem : { ...problem, ...position };
}

function comparePositions(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
