/** The front door on Bun. Knows only how Bun connects and listens; what it serves is the command line's business. */
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

interface BunServer {
  readonly port: number;
  requestIP(request: Request): { readonly address: string } | null;
  stop(closeActiveConnections?: boolean): Promise<void>;
}

declare const Bun: {
  readonly version: string;
  serve(options: {
    readonly hostname: string;
    readonly port: number;
    readonly reusePort: boolean;
    readonly idleTimeout: number;
    readonly maxRequestBodySize: number;
    readonly development: boolean;
    fetch(request: Request, server: BunServer): Response | Promise<Response>;
  }): BunServer;
};

const shell: Shell = {
  label: `Bun ${Bun.version}`,
  createRuntime(log) {
    const runtime = createPortableRuntime("bun", {
      async fetch(url, init) {
        // Bun gives up after 5 silent minutes by itself; the app sets the limits.
        const withoutLimit: RequestInit & { timeout: false } = { ...portableFetchInit(init), timeout: false };
        const response = await fetch(url, withoutLimit);
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
  startWorker: (environment) => spawnWorker(process.execArgv, environment),
  listen: async (handler, { host, port, isShared = false }) => {
    const server = Bun.serve({
      hostname: host,
      port,
      reusePort: isShared,
      // Otherwise a connection is cut after 10 silent seconds.
      idleTimeout: 0,
      // The app counts for itself, by request.max_content_length.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      async fetch(request, own) {
        const platform = { clientAddress: own.requestIP(request)?.address };
        await turnEnd();
        return handler(request, platform);
      },
    });
    return {
      port: server.port,
      stop: (limitMs) => endWithin(limitMs, server.stop(), () => server.stop(true)),
    };
  },
};

await runCli(shell, process.argv.slice(2));
