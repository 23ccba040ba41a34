/** The front door on Bun. Knows only what Bun is called and how it starts; what it serves is the command line's business. */
import process from "node:process";
import { runCli } from "../cli/main.ts";
import type { Shell } from "../cli/shell.ts";
import { connectOnBun, listenOnBun } from "./bun/sockets.ts";
import { findByteByEngine } from "../find-byte.ts";
import { connectRedis } from "./redis-client.ts";
import { spawnWorker } from "./spawn-worker.ts";
import { createWireRuntime, readInPieces } from "./wire-runtime.ts";

/** It takes many bytes at a time, and is called within compiled code at nearly no cost. */
const bunSearch = { find: findByteByEngine, callBytes: 0 };

declare const Bun: { readonly version: string };

const shell: Shell = {
  label: `Bun ${Bun.version}`,
  createRuntime: (log) =>
    createWireRuntime("bun", { connect: connectOnBun, byteSearch: bunSearch, readInPieces }, log),
  connectRedis,
  startWorker: (environment) => spawnWorker(process.execArgv, environment),
  listen: async (handler, address) => listenOnBun(handler, address),
};

await runCli(shell, process.argv.slice(2));
