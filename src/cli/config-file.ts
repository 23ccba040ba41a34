/** Finds and reads the configuration file, and lays the flags over it. Knows no rule of what stands in it. */
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfigError } from "../config/config-error.ts";
import type { Environment } from "../config/environment.ts";
import { parseConfig } from "../config/parse.ts";
import type { Config } from "../config/schema.ts";
import type { Flags } from "./arguments.ts";
import { CliError } from "./cli-error.ts";
import { applyFlags } from "./flag-values.ts";

export interface Surroundings {
  readonly environment: Environment;
  readonly folder: string;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly file: ConfigFile | undefined;
}

export interface ConfigFile {
  /** As the operator wrote it. */
  readonly name: string;
  readonly path: string;
}

/** Names the file whose content is wrong, and keeps its problems one by one. */
export class ConfigFileError extends CliError {
  override readonly cause: ConfigError;

  constructor(file: ConfigFile, cause: ConfigError) {
    super(`${file.name}: ${cause.message}`, 1);
    this.cause = cause;
  }
}

const environmentName = "OPENAI_LOCAL_PROXY_CONFIG";
const defaultNames = ["config.json", "config.yaml", "config.yml"] as const;

/** The file that the flags name, else the environment, else the first default that is there. */
export function findConfigFile(flags: Flags, { environment, folder }: Surroundings): ConfigFile | undefined {
  // Set but empty is how a variable is switched off in many deployments.
  const named = flags.config ?? (environment[environmentName] || undefined);
  if (named !== undefined) return { name: named, path: resolve(folder, named) };
  const found = defaultNames.find((name) => isFile(join(folder, name)));
  return found === undefined ? undefined : { name: found, path: join(folder, found) };
}

/** Throws a CliError: 2 where a named file or a flag cannot be used, 1 where the file's content is wrong. */
export function loadConfig(
  flags: Flags,
  surroundings: Surroundings,
  file = findConfigFile(flags, surroundings),
): LoadedConfig {
  const text = file === undefined ? undefined : readText(file, flags.config === undefined);
  return { config: applyFlags(parseText(text, file, surroundings.environment), flags), file };
}

function parseText(text: string | undefined, file: ConfigFile | undefined, environment: Environment): Config {
  try {
    return parseConfig(text, environment);
  } catch (thrown) {
    throw thrown instanceof ConfigError && file !== undefined ? new ConfigFileError(file, thrown) : thrown;
  }
}

function readText(file: ConfigFile, isFromEnvironment: boolean): string {
  try {
    return readFileSync(file.path, "utf8");
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    const source = isFromEnvironment ? `(named by $${environmentName})` : "(named by --config)";
    const problem =
      code === "ENOENT" || code === "ENOTDIR"
        ? `There is no configuration file ${file.name} ${source}.`
        : code === "EISDIR"
          ? `${file.name} ${source} is a folder, not a configuration file.`
          : `The configuration file ${file.name} cannot be read: ${code === "EACCES" ? "permission denied" : String(thrown)}.`;
    throw new CliError(`${problem} Looked at ${file.path}.`, 2);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
