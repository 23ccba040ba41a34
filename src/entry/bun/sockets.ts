/** Connects and listens on Bun. Knows no HTTP. */
import type { Handler, ListenAddress, Listener } from "../../cli/shell.ts";
import type { TransportParts } from "../../http1/transport-parts.ts";
import { connectInTime, keepAliveMs } from "../connect-limits.ts";
import { connectOnNode } from "../node/connect.ts";
import { createWireServer, toListener } from "../wire-server.ts";
import { type BunHandlers, bunHandlers, type BunSocket, BunWire } from "./wire.ts";

declare const Bun: {
  listen(options: {
    readonly hostname: string;
    readonly port: number;
    readonly reusePort: boolean;
    readonly socket: BunHandlers;
  }): { readonly port: number; stop(): void };
  connect(options: {
    readonly hostname: string;
    readonly port: number;
    readonly socket: BunHandlers;
  }): Promise<BunSocket<BunWire>>;
};

export const connectOnBun: TransportParts["connect"] = async (to, user) => {
  // Bun's own sockets do not look at certificates by themselves.
  if (to.isSecure) return connectOnNode(to, user);
  const open = (socket: BunSocket<BunWire>) => {
    socket.data = new BunWire(socket);
    socket.data.user = user;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
  };
  const connect = () => Bun.connect({ hostname: to.host, port: to.port, socket: { ...bunHandlers, open } });
  return (await connectInTime(to.host, connect, (socket) => socket.terminate())).data;
};

/** Throws Bun's own error where the address cannot be had. */
export function listenOnBun(handler: Handler, { host, port, isShared = false }: ListenAddress): Listener {
  const open = (socket: BunSocket<BunWire>) => {
    const wire = new BunWire(socket);
    socket.data = wire;
    socket.setNoDelay(true);
    wire.user = server.accept(wire, socket.remoteAddress);
  };
  const sockets = Bun.listen({
    hostname: host,
    port,
    reusePort: isShared,
    socket: { ...bunHandlers, open },
  });
  // Where the address cannot be had, its clock would keep the process. Nobody is accepted before this turn's end.
  const server = createWireServer(handler);
  return toListener(server, sockets.port, () => sockets.stop());
}
