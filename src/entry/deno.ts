/** The front door on Deno. Knows only what Deno is called and how it starts; what it serves is the command line's business. */
import process from "node:process";
import { runCli } from "../cli/main.ts";
import type { Shell } from "../cli/shell.ts";
import { connectOnDeno, listenOnDeno } from "./deno/sockets.ts";
import { connectRedis } from "./redis-client.ts";
import { spawnWorker } from "./spawn-worker.ts";
import { createWireRuntime, readInPieces } from "./wire-runtime.ts";

declare const Deno: {
  readonly permissions: { querySync(wanted: { readonly name: string }): { readonly state: string } };
  readonly version: { readonly deno: string };
};

const shell: Shell = {
  label: `Deno ${Deno.version.deno}`,
  createRuntime: (log) => createWireRuntime("deno", { connect: connectOnDeno, readInPieces }, log),
  connectRedis,
  startWorker: (environment) => spawnWorker(["run", ...workerFlags()], environment),
  listen: async (handler, address) => listenOnDeno(handler, address),
};

/** Deno does not tell its own flags; a worker is to be allowed no more than this process. */
function workerFlags(): readonly string[] {
  const granted = ["read", "write", "net", "env", "run", "sys", "ffi", "import"].filter(
    (name) => Deno.permissions.querySync({ name }).state === "granted",
  );
  const unstable = ["--unstable-net", "--unstable-no-legacy-abort"];
  return ["--no-lock", "--no-prompt", ...unstable, ...granted.map((name) => `--allow-${name}`)];
}

await runCli(shell, process.argv.slice(2));
