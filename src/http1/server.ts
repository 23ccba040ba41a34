/** All connections of one listener: makes each, ends those that take too long, and stops without cutting an answer. */
import { ServerConnection } from "./server-connection.ts";
import { patience, type Service } from "./service.ts";
import type { Wire, WireUser } from "./wire.ts";

export type ServerParts = Pick<Service, "handle" | "turn" | "explain">;

export interface Server {
  /** A client has connected. */
  accept(wire: Wire, clientAddress: string | undefined): WireUser;
  /** Takes no further requests; resolves when the last connection is closed. */
  stop(): Promise<void>;
  /** Cuts what is left. */
  cut(): void;
}

/** Between two looks at who takes too long, in milliseconds. */
const sweepMs = patience.linger;

export function createServer(parts: ServerParts): Server {
  const connections = new Set<ServerConnection>();
  const { promise: over, resolve } = Promise.withResolvers<void>();
  let isStopping = false;
  let dateField = "";
  let datedAt = -1;

  const service: Service = {
    ...parts,
    now: () => Date.now(),
    isStopping: () => isStopping,
    dateField() {
      const second = Math.floor(Date.now() / 1_000);
      if (second !== datedAt) {
        datedAt = second;
        dateField = `date: ${new Date().toUTCString()}\r\n`;
      }
      return dateField;
    },
  };

  const sweep = setInterval(() => {
    const now = Date.now();
    for (const connection of connections) if (connection.deadline <= now) connection.expire();
  }, sweepMs);

  function endIfOver(): void {
    if (!isStopping || connections.size > 0) return;
    clearInterval(sweep);
    resolve();
  }

  const owner = {
    closed(connection: ServerConnection) {
      connections.delete(connection);
      endIfOver();
    },
  };

  return {
    accept(wire, clientAddress) {
      const connection = new ServerConnection(wire, service, clientAddress, owner);
      connections.add(connection);
      if (isStopping) connection.stop();
      return connection;
    },
    stop() {
      isStopping = true;
      for (const connection of connections) connection.stop();
      endIfOver();
      return over;
    },
    cut() {
      for (const connection of connections) connection.cut();
    },
  };
}
