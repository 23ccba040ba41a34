/** Lays the values of the flags over a configuration, by the rules of its schema. Knows no file. */
import { ConfigError, type ConfigProblem } from "../config/config-error.ts";
import { parseConfig } from "../config/parse.ts";
import { type Config, simulatorUrl } from "../config/schema.ts";
import type { Flags } from "./arguments.ts";
import { CliError } from "./cli-error.ts";

/** Throws a CliError (2) that names the flag whose value cannot be used. */
export function applyFlags(config: Config, flags: Flags): Config {
  const input = toInput(flags);
  const given = validate(input);
  return {
    ...config,
    server: {
      ...config.server,
      host: flags.host === undefined ? config.server.host : given.server.host,
      port: flags.port === undefined ? config.server.port : given.server.port,
      workers: flags.workers === undefined ? config.server.workers : given.server.workers,
    },
    backends: input.backends === undefined ? config.backends : given.backends,
    model_mapping: { ...config.model_mapping, ...given.model_mapping },
    logging:
      flags.logLevel === undefined ? config.logging : { ...config.logging, level: given.logging.level },
  };
}

interface FlagInput {
  readonly server: {
    readonly host?: string;
    readonly port?: number | string;
    readonly workers?: number | string;
  };
  readonly backends?: Readonly<Record<string, { readonly url: string }>>;
  readonly model_mapping: Readonly<Record<string, string>>;
  readonly logging: { readonly level?: string };
}

function toInput(flags: Flags): FlagInput {
  const { host, port, workers, logLevel } = flags;
  const urls = flags.backends.map((url, index) => [`backend-${index + 1}`, { url }] as const);
  return {
    server: {
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port: toNumber(port) }),
      ...(workers === undefined ? {} : { workers: toNumber(workers) }),
    },
    ...(urls.length === 0 ? {} : { backends: Object.fromEntries(urls) }),
    ...(flags.simulate ? { backends: { simulator: { url: simulatorUrl } } } : {}),
    model_mapping: Object.fromEntries(flags.map),
    logging: logLevel === undefined ? {} : { level: logLevel },
  };
}

/** Anything else than digits is left as it is, for the schema to judge. */
function toNumber(text: string): number | string {
  return /^\d{1,9}$/.test(text) ? Number(text) : text;
}

function validate(input: FlagInput): Config {
  try {
    return parseConfig(input);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    throw new CliError(thrown.problems.map(explain).join("\n"), 2);
  }
}

const flagsByPath: ReadonlyArray<readonly [path: string, flag: string]> = [
  ["server.host", "--host"],
  ["server.port", "--port"],
  ["server.workers", "--workers"],
  ["backends", "--backend"],
  ["model_mapping", "--map"],
  ["logging.level", "--log-level"],
];

function explain({ path, found, expected, hint }: ConfigProblem): string {
  const flag = flagsByPath.find(([start]) => path.startsWith(start))?.[1] ?? path;
  return `${flag} cannot be used: found ${found}, expected ${expected}. Hint: ${hint.replace(/\.$/, "")}.`;
}
