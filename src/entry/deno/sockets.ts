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

interface Socket extends DenoConnection {
  readonly remoteAddr: { readonly hostname?: string };
  setNoDelay(isSet: boolean): void;
  setKeepAlive(isSet: boolean): void;
}

/** Over a socket that belongs to it from then on. */
interface SecureConnection extends DenoConnection {
  handshake(): Promise<unknown>;
}

interface SecureOptions {
  readonly hostname: string;
  readonly alpnProtocols: readonly string[];
}

declare const Deno: {
  connect(to: Address & { readonly signal: AbortSignal }): Promise<Socket>;
  startTls(socket: Socket, to: SecureOptions): Promise<SecureConnection>;
  listen(at: Address & { readonly reusePort?: boolean }): {
    readonly addr: { readonly port: number };
    accept(): Promise<Socket>;
    close(): void;
  };
};

export const connectOnDeno: TransportParts["connect"] = async ({ host, port, isSecure }, user) => {
  const connect = (late: AbortSignal) => (isSecure ? openSecure(host, port, late) : open(host, port, late));
  const wire = new DenoWire(await connectInTime<DenoConnection>(host, connect, (socket) => socket.close()));
  wire.user = user;
  void wire.tell(user);
  return wire;
};

async function open(hostname: string, port: number, late: AbortSignal): Promise<Socket> {
  const socket = await Deno.connect({ hostname, port, signal: late });
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  return socket;
}

async function openSecure(hostname: string, port: number, late: AbortSignal): Promise<SecureConnection> {
  const socket = await open(hostname, port, late);
  const connection = await Deno.startTls(socket, { hostname, alpnProtocols: ["http/1.1"] });
  const close = () => connection.close();
  // Otherwise a handshake that nobody answers would be waited for without an end.
  late.addEventListener("abort", close, { once: true });
  try {
    // Otherwise a certificate is looked at with the first bytes only.
    await connection.handshake();
  } catch (thrown) {
    if (!late.aborted) close();
    throw thrown;
  } finally {
    late.removeEventListener("abort", close);
  }
  return connection;
}

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
