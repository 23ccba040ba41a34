/** Starts the proxy in a runtime of its own, as a child process on a free port. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ConfigInput } from "../../src/config/schema.ts";

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export const runtimeNames = ["node", "bun", "deno", "workerd"] as const;
export type RuntimeName = (typeof runtimeNames)[number];

export interface LaunchedProxy {
  /** Without a trailing slash. */
  readonly url: string;
  readonly process: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const bin = (name: string) => join(projectRoot, "node_modules", ".bin", name);

/** The command of a script in package.json, as people start it, less what npm's shell does: environment and lookup. */
function commandOf(script: "start" | "start:bun" | "start:deno"): LaunchCommand {
  const words = (packageJson.scripts[script] ?? "").split(" ");
  const isSetting = (word: string) => /^[A-Z_]+=/.test(word);
  const [program = "", ...fixed] = words.filter((word) => !isSetting(word));
  const settings = words.filter(isSetting).map((word) => word.split("=", 2));
  return {
    program: program === "node" ? process.execPath : bin(program),
    fixed,
    environment: Object.fromEntries(settings) as Record<string, string>,
  };
}

interface LaunchCommand {
  readonly program: string;
  readonly fixed: readonly string[];
  readonly environment: Record<string, string>;
}

const packageJson = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** `environment` is set besides the test's own, and `flags` follow the usual ones; workerd takes neither. */
export async function launch(
  runtime: RuntimeName,
  config: ConfigInput,
  environment: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<LaunchedProxy> {
  if (runtime === "workerd") return launchWorkerd(config);
  const command = commandOf(runtime === "node" ? "start" : `start:${runtime}`);
  const surroundings = { ...command.environment, ...environment };
  return launchProcess({ ...command, environment: surroundings }, config, flags);
}

async function launchProcess(
  command: LaunchCommand,
  config: ConfigInput,
  flags: readonly string[],
): Promise<LaunchedProxy> {
  const folder = await mkdtemp(join(tmpdir(), "openai-local-proxy-"));
  const file = join(folder, "config.json");
  await writeFile(file, JSON.stringify(config));
  const child = spawn(command.program, [...command.fixed, "--config", file, "--port", "0", ...flags], {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...command.environment, NO_COLOR: "1" },
  });
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const found = /Listening on (http:\/\/\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found.replace(/\/$/, ""));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => reject(new Error(`The proxy ended with ${code}:\n${output}`)));
  });
  return {
    url,
    process: child,
    output: () => output,
    stop: () => stopProcess(child, folder),
  };
}

/**
 * Plain `workerd serve`: Miniflare puts a worker of its own in front, through which a client's leaving does not pass.
 * The port is told on a pipe that `--control-fd` names.
 */
async function launchWorkerd(config: ConfigInput): Promise<LaunchedProxy> {
  const folder = await mkdtemp(join(tmpdir(), "openai-local-proxy-"));
  const script = join(folder, "worker.js");
  await bundleWorker(script);
  await writeFile(join(folder, "config.txt"), JSON.stringify(config));
  // A Durable Object's database needs a disk.
  await mkdir(join(folder, "state"));
  await writeFile(join(folder, "workerd.capnp"), toWorkerdConfig(folder));
  const child = spawn(
    bin("workerd"),
    ["serve", "--socket-addr=http=127.0.0.1:0", "--control-fd=3", join(folder, "workerd.capnp")],
    { stdio: ["ignore", "pipe", "pipe", "pipe"] },
  );
  let output = "";
  const read = (chunk: Buffer) => void (output += chunk.toString());
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  const url = await new Promise<string>((resolve, reject) => {
    let told = "";
    const control = child.stdio[3];
    control?.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      const port = /"event":"listen","socket":"http","port":(\d+)/.exec(told)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
    child.on("exit", (code) => reject(new Error(`workerd ended with ${code}:\n${output}`)));
  });
  return { url, process: child, output: () => output, stop: () => stopProcess(child, folder) };
}

/** The worker as wrangler would bundle it. */
export async function bundleWorker(outfile: string): Promise<void> {
  const { build } = await import("esbuild");
  await build({
    entryPoints: [join(projectRoot, "src/entry/workerd.ts")],
    bundle: true,
    outfile,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
  });
}

const toWorkerdConfig = (folder: string) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
    (name = "state", disk = (path = "${folder}/state", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [
    (name = "CONFIG", text = embed "config.txt"),
    (name = "STATE", durableObjectNamespace = "SharedStateObject"),
  ],
  durableObjectNamespaces = [
    (className = "SharedStateObject", uniqueKey = "openai-local-proxy-state", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "state"),
  compatibilityDate = "2026-10-01",
  compatibilityFlags = ["enable_request_signal"],
);
`;

async function stopProcess(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
}
