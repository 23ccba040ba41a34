/** Translates the issues of the schema check into words for the operator. The only place that knows zod's issues. */
import type { z } from "zod";
import type { ConfigProblem } from "./config-error.ts";
import { formatPath, type ConfigPath } from "./config-path.ts";
import { explainValue, findValue, type IssueContext } from "./explain-value.ts";
import { findNearest } from "./nearest.ts";
import { explainUnknownKey } from "./unknown-key.ts";

export interface ExplainedIssue {
  readonly path: ConfigPath;
  readonly problem: ConfigProblem;
}

/** One problem for each fault, without those that only follow from another. */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  context: IssueContext,
): readonly ExplainedIssue[] {
  const unknownKeys = new Map<string, readonly string[]>();
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") unknownKeys.set(formatPath(toPath(issue)), issue.keys);
  }
  return issues
    .filter((issue) => !isConsequence(issue, unknownKeys, context.source))
    .flatMap((issue) => explainIssue(issue, context, []));
}

/** A key that is missing, or a rule about several keys, says nothing new where the key stands there misspelt. */
function isConsequence(
  issue: z.core.$ZodIssue,
  unknownKeys: ReadonlyMap<string, readonly string[]>,
  source: unknown,
): boolean {
  const path = toPath(issue);
  if (issue.code === "custom" && unknownKeys.has(formatPath(path))) return true;
  if (issue.code === "unrecognized_keys" || findValue(source, path) !== undefined) return false;
  const beside = unknownKeys.get(formatPath(path.slice(0, -1))) ?? [];
  return beside.some((key) => findNearest(key, [String(path.at(-1))]).length > 0);
}

function explainIssue(
  issue: z.core.$ZodIssue,
  context: IssueContext,
  parent: ConfigPath,
): readonly ExplainedIssue[] {
  const path = [...parent, ...toPath(issue)];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      problem: explainUnknownKey(key, path, context.knownKeys),
    }));
  }
  if (issue.code === "invalid_union") {
    const branch = selectBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => explainIssue(inner, context, path));
  }
  return [{ path, problem: explainValue(issue, path, context) }];
}

function toPath(issue: z.core.$ZodIssue): ConfigPath {
  return issue.path.map((segment) => (typeof segment === "number" ? segment : String(segment)));
}

/** The branch whose kind of value fits, so that a typo inside a mapping is not told as "expected a string". */
function selectBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  return branches.find((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === "unrecognized_keys"),
  );
}
