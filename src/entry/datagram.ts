/** Sends one UDP datagram on the runtimes that have sockets; Bun and Deno know Node's module. Knows nothing of what is in it. */
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Runtime } from "../runtime.ts";

/** Broadcast addresses may be sent to as well. Rejects with the runtime's own error. */
export const sendDatagram: NonNullable<Runtime["sendDatagram"]> = (bytes, address, port) => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  let isOver = false;
  function finish(problem?: unknown): void {
    if (isOver) return;
    isOver = true;
    socket.close();
    if (problem instanceof Error) reject(problem);
    else resolve();
  }
  socket.on("error", finish);
  // Only a bound socket can be allowed to broadcast.
  socket.bind(0, () => {
    try {
      if (!isIPv6(address)) socket.setBroadcast(true);
      socket.send(bytes, port, address, finish);
    } catch (thrown) {
      finish(thrown);
    }
  });
  return promise;
};
