/** Listens on Node, and ends without cutting an answer. Knows nothing of what is served. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { endWithin, type Handler, type Listener } from "../../cli/shell.ts";
import { breakOff, writeAnswer } from "./answer-writer.ts";
import { LightRequest } from "./light-request.ts";
import { whenAllIsRead } from "../turn.ts";
import { requestUrl } from "./request-url.ts";

/** Rejects with Node's own error where the address cannot be had. */
export async function listenOnNode(
  handler: Handler,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listener> {
  let running = 0;
  let closeIdle = () => {};
  const server = createServer(
    {
      // For receiving a request, never for answering it. An hour lets 64 MiB through at 150 kbit/s.
      requestTimeout: 3_600_000,
      headersTimeout: 60_000,
      // Longer than clients keep theirs, so that it is the client who closes and nothing is sent into a closing connection.
      keepAliveTimeout: 75_000,
    },
    (incoming, outgoing) => {
      running++;
      outgoing.once("close", () => {
        running--;
        closeIdle();
      });
      answer(handler, incoming, outgoing);
    },
  );
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: portOf(server, port),
    async stop(limitMs) {
      const closed = once(server, "close");
      server.close();
      // Node would also wait for connections that never said anything, such as those a browser opens ahead of need.
      closeIdle = () => (running === 0 ? server.closeAllConnections() : server.closeIdleConnections());
      closeIdle();
      return endWithin(limitMs, closed, () => server.closeAllConnections());
    },
  };
}

function answer(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const url = requestUrl(incoming.headers.host, incoming.url ?? "/");
  if (url === undefined) {
    outgoing.writeHead(400, { connection: "close", "content-length": 0 }).end();
    return;
  }
  const request = new LightRequest(incoming, url);
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) request.leave();
  });
  // Node forgets the socket of an answer that has ended.
  const { socket } = incoming;
  // A body that nobody wanted is not taken for long.
  outgoing.once("finish", () => {
    if (!incoming.complete) setTimeout(() => incoming.complete || socket.destroySoon(), lingerMs).unref();
  });
  const platform = { clientAddress: socket.remoteAddress };
  request.readAhead();
  whenAllIsRead(() => void handle(handler, request, platform, outgoing));
}

async function handle(
  handler: Handler,
  request: Request,
  platform: { readonly clientAddress: string | undefined },
  outgoing: ServerResponse,
): Promise<void> {
  try {
    await writeAnswer(await handler(request, platform), outgoing);
  } catch {
    breakOff(outgoing);
  }
}

/** How long the rest of a request may take to come in after its answer. */
const lingerMs = 500;

function portOf(server: Server, wanted: number): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : wanted;
}
