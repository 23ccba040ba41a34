/** The command that runs a worker on plain workerd, with a configuration and, if wanted, a Durable Object. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../pinned.ts";
import type { Place } from "./candidate.ts";
import { bin } from "./start-command.ts";

/** Plain `workerd serve`, as the tests start it, of the folder's worker.js. */
export function prepareWorkerd(config: string, { folder, port }: Place, isShared: boolean): Command {
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
