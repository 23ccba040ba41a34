/** A box as requests name it, and the connections to it that are idle. */
import { ClientConnection, type ConnectionOwner } from "./client-connection.ts";
import type { Destination, TransportParts } from "./transport-parts.ts";

export class Origin implements ConnectionOwner {
  readonly parts: TransportParts;
  readonly hostField: string;
  readonly #destination: Destination;
  readonly #onIdle: () => void;
  /** The one that was used last at the end. */
  readonly #idle: ClientConnection[] = [];

  /** `text` is the beginning of a URL, up to its path; throws a TypeError where it is none. `onIdle` is told of each connection that waits. */
  constructor(text: string, parts: TransportParts, onIdle: () => void) {
    const { protocol, hostname, port, host } = new URL(text);
    if (protocol !== "http:" && protocol !== "https:") throw new TypeError("unknown scheme");
    const isSecure = protocol === "https:";
    this.parts = parts;
    this.#onIdle = onIdle;
    this.hostField = `host: ${host}\r\n`;
    this.#destination = {
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port === "" ? (isSecure ? 443 : 80) : port),
      isSecure,
    };
  }

  async connect(): Promise<ClientConnection> {
    const connection = new ClientConnection(this.parts.turn, this);
    connection.connected(await this.parts.connect(this.#destination, connection));
    return connection;
  }

  takeIdle(): ClientConnection | undefined {
    const now = Date.now();
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.freeUntil > now && !last.isClosed) return last;
      last.destroy();
    }
    return undefined;
  }

  /** Closes those that have waited for too long; whether any is left. */
  closeIdle(now: number): boolean {
    while (this.#idle[0] !== undefined && this.#idle[0].freeUntil <= now) this.#idle.shift()?.destroy();
    return this.#idle.length > 0;
  }

  free(connection: ClientConnection): void {
    this.#idle.push(connection);
    this.#onIdle();
  }

  closed(connection: ClientConnection): void {
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
  }
}
