/** Gives the problems of a configuration that must not load. Holds no expectation of its own. */
import { ConfigError, type ConfigProblem } from "../../src/config/config-error.ts";
import { parseConfig } from "../../src/config/parse.ts";

/** Empty where it loads; any other error than ConfigError is thrown on. */
export function collectProblems(
  source: unknown,
  environment: Readonly<Record<string, string>> = {},
): readonly ConfigProblem[] {
  try {
    parseConfig(source, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
