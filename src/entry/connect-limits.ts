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

/**
 * The connection, or `ConnectTimeoutError` where it takes too long: `connect` is told by its signal. A connection that comes
 * all the same is closed: nobody has it.
 */
export async function connectInTime<Connection>(
  host: string,
  connect: (late: AbortSignal) => Promise<Connection>,
  close: (connection: Connection) => void,
): Promise<Connection> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const lateness = new AbortController();
  const connecting = connect(lateness.signal);
  const timer = setTimeout(() => {
    reject(new ConnectTimeoutError(host));
    lateness.abort();
    // Late, nobody is there any more to hear of its failure.
    connecting.then(close, () => {});
  }, connectTimeoutMs);
  try {
    return await Promise.race([connecting, late]);
  } finally {
    clearTimeout(timer);
  }
}
