/** How long a connection to a box may take to come about, and how its loss is noticed. */

/** In milliseconds. */
export const connectTimeoutMs = 10_000;

/** A box that has vanished is noticed by the kernel then, even where nothing is sent. In milliseconds. */
export const keepAliveMs = 60_000;

export class ConnectTimeoutError extends Error {
  readonly code = "ETIMEDOUT";

  constructor(host: string) {
    super(`No connection to ${host} within ${connectTimeoutMs / 1_000} seconds.`);
  }
}
