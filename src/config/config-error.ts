/** The error an operator reads when the configuration cannot be used. Knows nothing of zod, YAML or files. */

export interface ConfigProblem {
  /** Such as `backends.primary.url` or `authentication.valid_api_keys[0]`; empty for the file as a whole. */
  readonly path: string;
  /** What stands there now, without anything secret. */
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
  /** Counted from 1; absent where the configuration was not read from text. */
  readonly line?: number;
  readonly column?: number;
}

/** Carries every problem at once, so that one look at the file mends them all. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(formatProblems(problems));
    this.problems = problems;
  }
}

function formatProblems(problems: readonly ConfigProblem[]): string {
  const title =
    problems.length === 1
      ? "The configuration has 1 problem."
      : `The configuration has ${problems.length} problems.`;
  return [title, ...problems.map(formatProblem)].join("\n\n");
}

function formatProblem(problem: ConfigProblem): string {
  return [
    formatPlace(problem),
    `  found:    ${problem.found}`,
    `  expected: ${problem.expected}`,
    `  hint:     ${problem.hint}`,
  ].join("\n");
}

function formatPlace({ path, line, column }: ConfigProblem): string {
  const position = line === undefined ? "" : `line ${line}, column ${column ?? 1}`;
  if (path === "") return position === "" ? "the whole configuration" : position;
  return position === "" ? path : `${path} (${position})`;
}
