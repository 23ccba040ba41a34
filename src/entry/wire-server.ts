/** The server of a runtime whose connections are wires. Knows no socket. */
import type { Handler, Listener } from "../cli/shell.ts";
import { endWithin } from "../cli/shell.ts";
import { createServer, type Server } from "../http1/server.ts";
import { explainRefusal } from "./explain-refusal.ts";
import { turn } from "./turn.ts";

export const createWireServer = (handler: Handler): Server =>
  createServer({
    turn,
    explain: explainRefusal,
    handle: (request, clientAddress) => handler(request, { clientAddress }),
  });

/** `close` ends the listening alone. */
export function toListener(server: Server, port: number, close: () => void): Listener {
  return {
    port,
    stop(limitMs) {
      close();
      return endWithin(limitMs, server.stop(), () => server.cut());
    },
  };
}
