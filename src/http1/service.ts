/** What all connections of a listener share: who answers, and how long anything may take. */
import type { LightRequest } from "./light-request.ts";
import type { Refusal } from "./request-head.ts";
import type { Turn } from "./wire.ts";

/** What all connections of a listener share. */
export interface Service {
  readonly turn: Turn;
  handle(request: LightRequest, clientAddress: string | undefined): Response | Promise<Response>;
  /** Milliseconds. */
  now(): number;
  /** No further request is to be taken on any connection. */
  isStopping(): boolean;
  /** The field that tells when an answer was made, with its line end. */
  dateField(): string;
  /** The body of a refusal, as JSON in ASCII. */
  explain(status: Refusal): string;
}

/** How long a connection may take, in milliseconds. */
export const patience = {
  /** For the head of a request. */
  head: 60_000,
  /** For a request with its body: an hour lets 64 MiB through at 150 kbit/s. */
  request: 3_600_000,
  /** Between requests: longer than clients keep theirs, so that nothing is sent into a connection that closes right now. */
  idle: 75_000,
  /** For the rest of a body that nobody wanted, after its answer. */
  linger: 500,
  /** For a client to close after us while the server stops: many see only with their next request that we closed. */
  stop: 2_000,
};

/** Of requests that came before their turn. */
export const mostAheadBytes = 64 * 1024;

/** The fields of an answer after which the connection stays, with their line ends. */
export const stayingFields = `connection: keep-alive\r\nkeep-alive: timeout=${patience.idle / 1_000}\r\n`;
