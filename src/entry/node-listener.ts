/** Listens on Node, and ends without cutting an answer. Knows nothing of what is served. */
import { getRequestListener } from "@hono/node-server";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { endWithin, type Handler, type Listener } from "../cli/shell.ts";

/** Rejects with Node's own error where the address cannot be had. */
export async function listenOnNode(
  handler: Handler,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listener> {
  const answer = getRequestListener(
    (request, { incoming }) => handler(request, { clientAddress: incoming.socket.remoteAddress }),
    // Node's own Request and Response stay in place: the adapter's were no faster where that was measured.
    { overrideGlobalObjects: false },
  );
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
      void answer(incoming, outgoing);
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

function portOf(server: Server, wanted: number): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : wanted;
}
