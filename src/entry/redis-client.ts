/** Connects to Redis by ioredis, which is loaded only where Redis is configured. Knows no key and no meaning of one. */
import type { RedisOptions } from "ioredis";
import { redactCredentials } from "../config/redact.ts";
import { scripts } from "../store/redis-scripts.ts";
import type { RedisConnection } from "../store/redis-state.ts";

/** Resolves once connected or failed; afterwards it connects anew by itself, and rejects calls until it is back. */
export async function connectRedis(url: string, timeoutMs: number): Promise<RedisConnection> {
  const { Redis } = await import("ioredis");
  const client = new Redis(url, connectionOptions());
  // Each failed try is told here; the operations that fail for it tell it as well, with what follows from it.
  client.on("error", () => {});
  await settledWithin(connectTimeoutMs, client.connect());
  return {
    async run(script, keys, values) {
      const { lua } = scripts[script];
      return explained(client.call("eval", [lua, keys.length, ...keys, ...values]));
    },
    get: (key) => explained(client.get(key)),
    set: (key, value, lifetimeMs) => explained(client.set(key, value, "PX", lifetimeMs)),
    delete: (key) => explained(client.del(key)),
    async quit() {
      await settledWithin(timeoutMs, client.quit());
      client.disconnect();
    },
  };
}

const connectTimeoutMs = 2_000;

function connectionOptions() {
  return {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    // What cannot be sent now fails now, and what was under way when the line broke is not sent a second time.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times: number) => Math.min(2_000, 50 * 2 ** Math.min(times, 6)),
    // A line whose other end is gone without a word is given up.
    socketTimeout: 5_000,
    connectionName: "openai-local-proxy",
  } satisfies RedisOptions;
}

/** The library's own words for a line that is down, and a URL in them, are not for a log. */
async function explained<Reply>(reply: Promise<Reply>): Promise<Reply> {
  try {
    return await reply;
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    const isDown = /isn't writeable|Connection is closed|max retries/i.test(words);
    throw new Error(isDown ? "there is no connection to Redis" : redactCredentials(words), { cause: thrown });
  }
}

/** Whatever comes of it; `limitMs` bounds the wait. */
async function settledWithin(limitMs: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
