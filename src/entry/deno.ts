/** The front door on Deno. Knows only how Deno connects and listens; what it serves is the command line's business. */
import process from "node:process";
import { runCli } from "../cli/main.ts";
import { endWithin, readClientAddress, type Shell } from "../cli/shell.ts";
import { createPortableRuntime, portableFetchInit } from "../runtime.ts";
import { sendDatagram } from "./datagram.ts";
import { createPublicFetch } from "./public-fetch.ts";
import { connectRedis } from "./redis-client.ts";
import { withSimulator } from "./with-simulator.ts";

type HttpClient = object;

declare const Deno: {
  readonly version: { readonly deno: string };
  createHttpClient(options: { readonly poolMaxIdlePerHost: number }): HttpClient;
  serve(
    options: { readonly hostname: string; readonly port: number; onListen(): void },
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
      fetch(url, init) {
        const withClient: RequestInit & { client: HttpClient } = { ...portableFetchInit(init), client };
        return fetch(url, withClient);
      },
      fetchPublic: createPublicFetch(),
      sendDatagram,
      clientAddress: readClientAddress,
      log,
    });
    return withSimulator(runtime);
  },
  connectRedis,
  listen: async (handler, { host, port }) => {
    const server = Deno.serve(
      // Without onListen Deno prints a line of its own.
      { hostname: host, port, onListen() {} },
      (request, { remoteAddr }) => handler(request, { clientAddress: remoteAddr.hostname }),
    );
    return {
      port: server.addr.port,
      // Once it shuts down, Deno can cut no answer any more; the end of the process does.
      stop: (limitMs) => endWithin(limitMs, server.shutdown(), () => {}),
    };
  },
};

await runCli(shell, process.argv.slice(2));
