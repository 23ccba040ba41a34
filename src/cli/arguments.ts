/** Reads the command line into flags. Pure; knows no file, and leaves the values' own rules to the configuration's schema. */
import { parseArgs } from "node:util";
import { findNearest } from "../config/nearest.ts";
import { CliError } from "./cli-error.ts";

export interface Flags {
  readonly config: string | undefined;
  readonly host: string | undefined;
  /** As it was written. */
  readonly port: string | undefined;
  /** As it was written. */
  readonly workers: string | undefined;
  readonly backends: readonly string[];
  /** Alias and target, in the order they were given. */
  readonly map: ReadonlyArray<readonly [alias: string, target: string]>;
  readonly logLevel: string | undefined;
  readonly simulate: boolean;
  readonly check: boolean;
  readonly version: boolean;
  readonly help: boolean;
}

const valueFlags = {
  config: "a file",
  host: "an address",
  port: "a number",
  workers: "a number, or auto",
  backend: "a URL",
  map: "alias=target",
  "log-level": "debug, info, warn or error",
} as const;
const switches = ["simulate", "check", "version", "help"] as const;

const allFlags = [...Object.keys(valueFlags), ...switches].map((name) => `--${name}`);

/** Throws a CliError (2) that names what is wrong and what was probably meant. */
export function parseArguments(args: readonly string[]): Flags {
  const values = new Map<string, string[]>();
  for (const token of tokenize(args)) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw refusePositional(token.value);
    const { name, rawName, value } = token;
    if (isSwitch(name)) {
      if (value !== undefined) throw new CliError(`${rawName} takes no value.`, 2);
      values.set(name, []);
    } else if (isValueFlag(name)) {
      // `--port --check` forgot the port; a value that really begins with a dash is written --port=-1.
      const isMissing = value === undefined || value === "" || (!token.inlineValue && value.startsWith("-"));
      if (isMissing) throw new CliError(`${rawName} needs a value: ${valueFlags[name]}.`, 2);
      values.set(name, [...(values.get(name) ?? []), value]);
    } else {
      throw refuseUnknown(rawName);
    }
  }
  return toFlags(values);
}

/** Not strict, because the runtimes word its errors differently and none of them knows the nearest flag. */
function tokenize(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      ...Object.fromEntries(Object.keys(valueFlags).map((name) => [name, { type: "string" as const }])),
      ...Object.fromEntries(switches.map((name) => [name, { type: "boolean" as const }])),
      version: { type: "boolean", short: "v" },
      help: { type: "boolean", short: "h" },
    },
  }).tokens;
}

function toFlags(values: ReadonlyMap<string, readonly string[]>): Flags {
  const backends = values.get("backend") ?? [];
  const simulate = values.has("simulate");
  if (simulate && backends.length > 0) {
    throw new CliError("--simulate takes the place of every backend: leave out it or --backend.", 2);
  }
  return {
    config: values.get("config")?.at(-1),
    host: values.get("host")?.at(-1),
    port: values.get("port")?.at(-1),
    workers: values.get("workers")?.at(-1),
    backends,
    map: (values.get("map") ?? []).map(parseMapping),
    logLevel: values.get("log-level")?.at(-1),
    simulate,
    check: values.has("check"),
    version: values.has("version"),
    help: values.has("help"),
  };
}

/** The first = divides: an alias never has one, a target may. */
function parseMapping(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  const [alias, target] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 0 || alias === "" || target === "") {
    throw new CliError(
      `--map ${text} is not of the form alias=target, such as --map gpt-4o=qwen/qwen3-8b.`,
      2,
    );
  }
  return [alias, target];
}

function isSwitch(name: string): boolean {
  return switches.some((known) => known === name);
}

function isValueFlag(name: string): name is keyof typeof valueFlags {
  return Object.hasOwn(valueFlags, name);
}

function refuseUnknown(rawName: string): CliError {
  const [nearest] = findNearest(rawName, allFlags, 1);
  const advice = nearest === undefined ? "--help lists all flags." : `Did you mean ${nearest}?`;
  return new CliError(`There is no flag ${rawName}. ${advice}`, 2);
}

function refusePositional(value: string): CliError {
  const advice = /^https?:\/\//.test(value)
    ? `Did you mean --backend ${value}?`
    : /\.(?:json|ya?ml)$/.test(value)
      ? `Did you mean --config ${value}?`
      : "--help lists all flags.";
  return new CliError(`"${value}" does not belong to any flag. ${advice}`, 2);
}
