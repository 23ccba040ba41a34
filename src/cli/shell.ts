/** What the command line needs from the runtime that it runs on. Knows none of them, and nothing of the configuration. */
import type { Log, Runtime } from "../runtime.ts";
import type { RedisConnection } from "../store/redis-state.ts";

/** What a shell passes to the app as `platform`. */
export interface Platform {
  readonly clientAddress: string | undefined;
}

export type Handler = (request: Request, platform: Platform) => Response | Promise<Response>;

export interface Shell {
  /** With the version, such as `Node 24.1.0`, for people. */
  readonly label: string;
  /** With the built-in simulator behind its URL. */
  createRuntime(log: Log): Runtime;
  /** Resolves once it is connected or has failed for now; an operation that runs longer than `timeoutMs` is not waited for at the end. */
  connectRedis(url: string, timeoutMs: number): Promise<RedisConnection>;
  /** Resolves once it listens; rejects with the runtime's own error where it cannot. Port 0 picks a free one. */
  listen(handler: Handler, at: ListenAddress): Promise<Listener>;
  /** Starts this same command once more, with `environment` besides this process's own, as one that may share a port. */
  startWorker(environment: Readonly<Record<string, string>>): WorkerProcess;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** True where other processes of this service listen there too. */
  readonly isShared?: boolean;
}

/** A child with a line of messages, as each runtime's `node:child_process` has it. */
export interface WorkerProcess {
  send(message: object): boolean;
  kill(signal: "SIGKILL"): boolean;
  on(event: "message", listener: (message: unknown) => void): unknown;
  on(event: "error", listener: () => void): unknown;
  on(event: "exit", listener: (code: number | null, signal: string | null) => void): unknown;
}

export interface Listener {
  /** The one that was really taken. */
  readonly port: number;
  /** Takes no more connections; resolves with true when the last answer has ended, with false when `limitMs` cut some. */
  stop(limitMs: number): Promise<boolean>;
}

/** For `Runtime.clientAddress`, whose `platform` is the app's business to pass on and nobody's to know. */
export function readClientAddress(_request: Request, platform: unknown): string | undefined {
  if (typeof platform !== "object" || platform === null || !("clientAddress" in platform)) return undefined;
  const address = platform.clientAddress;
  // A socket that takes IPv6 and IPv4 tells the latter as ::ffff:10.0.0.1.
  return typeof address === "string" ? address.replace(/^::ffff:(?=\d+\.)/i, "") : undefined;
}

/** True where `ended` came in time; after `limitMs` calls `cut` instead. */
export async function endWithin(
  limitMs: number,
  ended: Promise<unknown>,
  cut: () => unknown,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  // Longer than a timer can be set for is as good as for ever.
  const timer = setTimeout(() => resolve("late"), Math.min(limitMs, 2 ** 31 - 1));
  const outcome = await Promise.race([ended, late]);
  clearTimeout(timer);
  if (outcome !== "late") return true;
  await cut();
  return false;
}
