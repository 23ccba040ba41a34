/** The front door on Node. Knows only how Node connects and listens; what it serves is the command line's business. */
import cluster from "node:cluster";
import process from "node:process";
import { runCli } from "../../cli/main.ts";
import type { Shell } from "../../cli/shell.ts";
import { connectRedis } from "../redis-client.ts";
import { createWireRuntime } from "../wire-runtime.ts";
import { connectOnNode } from "./connect.ts";
import { nodeSearch } from "./find-byte.ts";
import { listenOnNode } from "./listener.ts";

// Started with a fixed space for young objects: the engine begins with a small one by itself, and would copy what belongs
// to the requests in flight within it several times. Much more of it would only keep more of the garbage of streams.
const shell: Shell = {
  label: `Node ${process.versions.node}`,
  createRuntime: (log) => createWireRuntime("node", { connect: connectOnNode, byteSearch: nodeSearch }, log),
  connectRedis,
  listen: listenOnNode,
  // Workers' calls to listen reach this process, which accepts for all of them in turn.
  startWorker: (environment) => cluster.fork(environment).process,
};

await runCli(shell, process.argv.slice(2));
