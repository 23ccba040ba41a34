/** The command line, shared by Node, Bun and Deno: reads the flags, starts the app, follows files and signals. Knows no runtime. */
import { networkInterfaces } from "node:os";
import process from "node:process";
import { ConfigError } from "../config/config-error.ts";
import { version } from "../version.ts";
import { type Flags, parseArguments } from "./arguments.ts";
import { formatCheck } from "./check.ts";
import { CliError } from "./cli-error.ts";
import { type LoadedConfig, loadConfig } from "./config-file.ts";
import { helpText } from "./help.ts";
import { serve } from "./serve.ts";
import type { Shell } from "./shell.ts";
import { countWorkers, supervise } from "./supervise.ts";
import { work, workerVariable } from "./worker.ts";

/** `args` without program and script. What it is asked to print goes to stdout; problems and the log go to stderr. */
export async function runCli(shell: Shell, args: readonly string[]): Promise<void> {
  // A reader that leaves, such as `head`, must not take the proxy with it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  try {
    await run(shell, parseArguments(args));
  } catch (thrown) {
    if (!(thrown instanceof CliError || thrown instanceof ConfigError)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    process.exitCode = thrown instanceof CliError ? thrown.exitCode : 1;
  }
}

async function run(shell: Shell, flags: Flags): Promise<void> {
  if (flags.help) {
    process.stdout.write(helpText);
  } else if (flags.version) {
    process.stdout.write(`${version}\n`);
  } else {
    const surroundings = { environment: process.env, folder: process.cwd() };
    const loaded = loadConfig(flags, surroundings);
    if (flags.check) process.stdout.write(formatCheck(loaded));
    else await start(shell, loaded, () => loadConfig(flags, surroundings, loaded.file));
  }
}

function start(shell: Shell, loaded: LoadedConfig, load: () => LoadedConfig): Promise<void> {
  if (process.env[workerVariable] !== undefined && process.send !== undefined) {
    return work(shell, loaded, load);
  }
  const begin = countWorkers(loaded.config) === 1 ? serve : supervise;
  return begin(shell, loaded, { load, addresses: ownAddresses() });
}

/** IPv4 only: that is what people type. */
function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
}
