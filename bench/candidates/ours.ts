/** This proxy on each runtime, started as its users start it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleWorker } from "../../test/support/launch.ts";
import { projectFolder } from "../folders.ts";
import type { Command } from "../pinned.ts";
import type { Candidate, Place } from "./candidate.ts";
import { benchKey, configOf, type Step, steps } from "./ours-config.ts";

export const runtimes = ["node", "bun", "deno", "workerd"] as const;
export type Runtime = (typeof runtimes)[number];

/** One candidate a step of the ladder, such as "node-mapping" and "node-all"; each keeps its state in its own memory. */
export const ours: readonly Candidate[] = [
  ...runtimes.flatMap((runtime) => steps.map((step) => createCandidate(runtime, step, `${runtime}-${step}`))),
  // With all isolates' state in one Durable Object, as wrangler.toml has it.
  createCandidate("workerd", "all", "workerd-shared"),
];

function createCandidate(runtime: Runtime, step: Step, name: string): Candidate {
  return {
    name,
    mapsNames: true,
    // workerd ends when it meets a limit of its own.
    ...(runtime === "workerd" ? { mostFiles: 10_000 } : {}),
    // On workerd nothing tells how many wait.
    hasQueue: runtime !== "workerd",
    headers: () => (step === "mapping" ? [] : [`authorization: Bearer ${benchKey}`]),
    async prepare(place) {
      const config = JSON.stringify(configOf(step, place));
      if (runtime === "workerd") return prepareWorkerd(config, place, name.endsWith("-shared"));
      const file = join(place.folder, `${name}-${place.port}.json`);
      writeFileSync(file, config);
      return startCommand(runtime, ["--config", file, "--port", String(place.port)], place.profileFolder);
    },
  };
}

const bin = (program: string) => join(projectFolder, "node_modules", ".bin", program);

/** The command of package.json's script, less what npm's shell does: environment and lookup. */
export function startCommand(
  runtime: Exclude<Runtime, "workerd">,
  args: readonly string[],
  profileFolder?: string,
): Command {
  const packageJson = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const words = (packageJson.scripts[runtime === "node" ? "start" : `start:${runtime}`] ?? "").split(" ");
  const isSetting = (word: string) => /^[A-Z_]+=/.test(word);
  const [program = "", ...fixed] = words.filter((word) => !isSetting(word));
  const settings = words.filter(isSetting).map((word) => word.split("=", 2) as [string, string]);
  const profile =
    runtime === "node" && profileFolder !== undefined
      ? ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`]
      : [];
  return {
    program: program === "node" ? process.execPath : bin(program),
    args: [...profile, ...fixed, ...args],
    environment: Object.fromEntries(settings),
    folder: projectFolder,
  };
}

/** Plain `workerd serve`, as the tests start it. */
async function prepareWorkerd(config: string, { folder, port }: Place, isShared: boolean): Promise<Command> {
  await bundleWorker(join(folder, "worker.js"));
  const configFile = `config-${port}.txt`;
  writeFileSync(join(folder, configFile), config);
  // A Durable Object's database needs a disk.
  const state = join(folder, `state-${port}`);
  if (isShared) mkdirSync(state);
  const file = join(folder, `workerd-${port}.capnp`);
  writeFileSync(file, workerdConfig(port, configFile, isShared ? state : undefined));
  return { program: bin("workerd"), args: ["serve", file] };
}

/** The state is shared where it has a folder. */
const workerdConfig = (
  port: number,
  configFile: string,
  state: string | undefined,
) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
    ${state === undefined ? "" : `(name = "state", disk = (path = "${state}", writable = true)),`}
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [
    (name = "CONFIG", text = embed "${configFile}"),
    ${state === undefined ? "" : `(name = "STATE", durableObjectNamespace = "SharedStateObject"),`}
  ],
  ${state === undefined ? "" : sharedObject}
  compatibilityDate = "2026-10-01",
  compatibilityFlags = ["enable_request_signal"],
);
`;

const sharedObject = `durableObjectNamespaces = [
    (className = "SharedStateObject", uniqueKey = "openai-local-proxy-state", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "state"),`;
