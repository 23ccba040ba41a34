#!/usr/bin/env -S node --max-semi-space-size=4
/** The front door on Node. Knows only how Node connects and listens; what it serves is the command line's business. */
import process from "node:process";
import { Agent, type Dispatcher } from "undici";
import { runCli } from "../cli/main.ts";
import { readClientAddress, type Shell } from "../cli/shell.ts";
import { createPortableRuntime, portableFetchInit } from "../runtime.ts";
import { sendDatagram } from "./datagram.ts";
import { listenOnNode } from "./node-listener.ts";
import { createPublicFetch } from "./public-fetch.ts";
import { connectRedis } from "./redis-client.ts";
import { withSimulator } from "./with-simulator.ts";

// Started with a small space for young objects: streams leave garbage outside of the engine's heap that only a
// collection of that space frees, and next to nothing in it survives. The resident set grows by a quarter of what it would.
const shell: Shell = {
  label: `Node ${process.versions.node}`,
  createRuntime(log) {
    const dispatcher = new Agent({
      // A long prompt keeps a box silent for longer than undici waits by itself; the app sets the limits.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: 10_000 },
      // LM Studio closes idle connections after 5 seconds: not to send into one that closes right now.
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 4_000,
    });
    const runtime = createPortableRuntime("node", {
      fetch(url, init) {
        const withDispatcher: RequestInit & { dispatcher: Dispatcher } = {
          ...portableFetchInit(init),
          dispatcher,
        };
        return fetch(url, withDispatcher);
      },
      fetchPublic: createPublicFetch(),
      sendDatagram,
      clientAddress: readClientAddress,
      log,
    });
    return withSimulator(runtime);
  },
  connectRedis,
  listen: listenOnNode,
};

await runCli(shell, process.argv.slice(2));
