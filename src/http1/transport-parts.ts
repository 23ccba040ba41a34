/** What a shell gives for boxes to be reached. */
import type { Turn, Wire, WireUser } from "./wire.ts";

/** Where a box listens. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

export interface TransportParts {
  readonly turn: Turn;
  /** Resolves once it is connected; rejects with the runtime's own error, and not later than after some seconds. */
  connect(to: Destination, user: WireUser): Promise<Wire>;
  /** What a body in this coding is when it is unpacked; undefined for a coding that nobody knows. */
  unpack(
    coding: string,
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
}
