/** Listens on Node. Knows nothing of what is served. */
import { once } from "node:events";
import { createServer, type Server as SocketServer } from "node:net";
import type { Handler, Listener } from "../../cli/shell.ts";
import { createWireServer, toListener } from "../wire-server.ts";
import { NodeWire } from "./wire.ts";

/** Rejects with Node's own error where the address cannot be had. */
export async function listenOnNode(
  handler: Handler,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listener> {
  const sockets = createServer({ noDelay: true });
  sockets.listen(port, host);
  await once(sockets, "listening");
  const server = createWireServer(handler);
  sockets.on("connection", (socket) => {
    const wire = new NodeWire(socket);
    wire.tell(server.accept(wire, socket.remoteAddress));
  });
  return toListener(server, portOf(sockets, port), () => sockets.close());
}

function portOf(server: SocketServer, wanted: number): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : wanted;
}
