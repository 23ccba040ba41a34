/** Connects to boxes on Node. Knows no HTTP. */
import { connect as connectSocket, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TransportParts } from "../../http1/transport-parts.ts";
import { ConnectTimeoutError, connectTimeoutMs, keepAliveMs } from "../connect-limits.ts";
import { NodeWire } from "./wire.ts";

export const connectOnNode: TransportParts["connect"] = ({ host, port, isSecure }, user) =>
  new Promise((resolve, reject) => {
    const common = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs };
    const socket: Socket = isSecure
      ? connectTls({
          ...common,
          ALPNProtocols: ["http/1.1"],
          ...(isIP(host) === 0 ? { servername: host } : {}),
        })
      : connectSocket(common);
    const timer = setTimeout(() => socket.destroy(new ConnectTimeoutError(host)), connectTimeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once("error", fail);
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      const wire = new NodeWire(socket);
      wire.tell(user);
      resolve(wire);
    });
  });
