/** The front door on Deno. Knows only how Deno connects and listens; what it serves is the command line's business. */
import process from "node:process";
import { runCli } from "../cli/main.ts";
import { endWithin, readClientAddress, type Shell } from "../cli/shell.ts";
import { createPortableRuntime, portableFetchInit } from "../runtime.ts";
import { sendDatagram } from "./datagram.ts";
import { openPullChannel } from "../byte-channel.ts";
import { createPublicFetch } from "./public-fetch.ts";
import { spawnWorker } from "./spawn-worker.ts";
import { connectRedis } from "./redis-client.ts";
import { turnEnd } from "./turn.ts";
import { withSimulator } from "./with-simulator.ts";

type HttpClient = object;

declare const Deno: {
  readonly permissions: { querySync(wanted: { readonly name: string }): { readonly state: string } };
  readonly version: { readonly deno: string };
  createHttpClient(options: { readonly poolMaxIdlePerHost: number }): HttpClient;
  serve(
    options: {
      readonly hostname: string;
      readonly port: number;
      readonly reusePort: boolean;
      onListen(): void;
    },
    handler: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname?: string } },
    ) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
};

const shell: Shell = {
  label: `Deno ${Deno.version.deno}`,
  createRuntime(log) {
    // Deno sends a request a second time by itself when a reused connection breaks, which would generate twice.
    const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const runtime = createPortableRuntime("deno", {
      async fetch(url, init) {
        const withClient: RequestInit & { client: HttpClient } = { ...portableFetchInit(init), client };
        const response = await fetch(url, withClient);
        await turnEnd();
        return response;
      },
      fetchPublic: createPublicFetch(),
      sendDatagram,
      openChannel: openPullChannel,
      clientAddress: readClientAddress,
      log,
    });
    return withSimulator(runtime);
  },
  connectRedis,
  startWorker: (environment) => spawnWorker(["run", ...workerFlags()], environment),
  listen: async (handler, { host, port, isShared = false }) => {
    const server = Deno.serve(
      // Without onListen Deno prints a line of its own.
      { hostname: host, port, reusePort: isShared, onListen() {} },
      async (request, { remoteAddr }) => {
        const platform = { clientAddress: remoteAddr.hostname };
        await turnEnd();
        return handler(request, platform);
      },
    );
    return {
      port: server.addr.port,
      // Once it shuts down, Deno can cut no answer any more; the end of the process does.
      stop: (limitMs) => endWithin(limitMs, server.shutdown(), () => {}),
    };
  },
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
