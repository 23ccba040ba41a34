/** The front door on Node. Knows only how Node connects and listens; what it serves is the command line's business. */
import cluster from "node:cluster";
import process from "node:process";
import { runCli } from "../../cli/main.ts";
import { readClientAddress, type Shell } from "../../cli/shell.ts";
import { createPortableRuntime } from "../../runtime.ts";
import { sendDatagram } from "../datagram.ts";
import { ClientChannel } from "./client-channel.ts";
import { LightRequest } from "./light-request.ts";
import { Answer, LightResponse } from "./light-response.ts";
import { listenOnNode } from "./listener.ts";
import { createTransport } from "./transport.ts";
import { createPublicFetch } from "../public-fetch.ts";
import { connectRedis } from "../redis-client.ts";
import { withSimulator } from "../with-simulator.ts";

// Started with a small space for young objects: streams leave garbage outside of the engine's heap that only a
// collection of that space frees, and next to nothing in it survives. The resident set grows by a quarter of what it would.
const shell: Shell = {
  label: `Node ${process.versions.node}`,
  createRuntime(log) {
    const runtime = createPortableRuntime("node", {
      fetch: createTransport(),
      respond: (body, status, headers) => new Answer(body, status, headers),
      fetchPublic: createPublicFetch(),
      sendDatagram,
      readPieces: (response) =>
        response instanceof LightResponse ? response.pieces() : response.body?.getReader(),
      openChannel: (onLeave) => new ClientChannel(onLeave),
      clientAddress: readClientAddress,
      clientSignal: (request) => (request instanceof LightRequest ? request.leaving : request.signal),
      log,
    });
    return withSimulator(runtime);
  },
  connectRedis,
  listen: listenOnNode,
  // Workers' calls to listen reach this process, which accepts for all of them in turn.
  startWorker: (environment) => cluster.fork(environment).process,
};

await runCli(shell, process.argv.slice(2));
