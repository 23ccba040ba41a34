/** Connects and listens on Deno. Knows no HTTP. */
import type { Handler, ListenAddress, Listener } from "../../cli/shell.ts";
import type { TransportParts } from "../../http1/transport-parts.ts";
import { connectInTime } from "../connect-limits.ts";
import { createWireServer, toListener } from "../wire-server.ts";
import { type DenoConnection, DenoWire } from "./wire.ts";

interface Address {
  readonly hostname: string;
  readonly port: number;
}

declare const Deno: {
  connect(to: Address): Promise<DenoConnection>;
  connectTls(to: Address & { readonly alpnProtocols: readonly string[] }): Promise<DenoConnection>;
  listen(at: Address & { readonly reusePort?: boolean }): {
    readonly addr: { readonly port: number };
    accept(): Promise<DenoConnection>;
    close(): void;
  };
};

export const connectOnDeno: TransportParts["connect"] = async ({ host, port, isSecure }, user) => {
  const to = { hostname: host, port };
  const connecting = isSecure ? Deno.connectTls({ ...to, alpnProtocols: ["http/1.1"] }) : Deno.connect(to);
  const connection = await connectInTime(host, connecting, (late) => late.close());
  connection.setNoDelay(true);
  connection.setKeepAlive(true);
  const wire = new DenoWire(connection);
  wire.user = user;
  void wire.tell(user);
  return wire;
};

/** Throws Deno's own error where the address cannot be had. */
export function listenOnDeno(handler: Handler, { host, port, isShared = false }: ListenAddress): Listener {
  const sockets = Deno.listen({ hostname: host, port, ...(isShared ? { reusePort: true } : {}) });
  const server = createWireServer(handler);
  const state = { isOpen: true };

  async function accept(): Promise<void> {
    while (state.isOpen) {
      try {
        const connection = await sockets.accept();
        connection.setNoDelay(true);
        const wire = new DenoWire(connection);
        wire.user = server.accept(wire, connection.remoteAddr.hostname);
        void wire.tell(wire.user);
      } catch {
        // Out of files, or a client that left before it was accepted: the next one may do better.
        if (state.isOpen) await new Promise((resolve) => setTimeout(resolve, acceptPauseMs));
      }
    }
  }

  void accept();
  return toListener(server, sockets.addr.port, () => {
    state.isOpen = false;
    sockets.close();
  });
}

const acceptPauseMs = 10;
