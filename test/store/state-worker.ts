/** A replica's hands on the shared state, as a process of its own: does what it is told by lines on stdin. */
import { createInterface } from "node:readline";
import { connectRedis } from "../../src/entry/redis-client.ts";
import { createPortableRuntime } from "../../src/runtime.ts";
import { createSharedState } from "../../src/state.ts";
import { createRedisState } from "../../src/store/redis-state.ts";

// The command line's own name for the arguments differs from runtime to runtime; their end does not.
const [url = "", leaseLifetimeMs, timeoutMs] = process.argv.slice(-3);

const tell = (answer: unknown) => void process.stdout.write(`${JSON.stringify(answer)}\n`);
const tellEvent = (event: string) => tell({ event });
const log = { debug() {}, info() {}, warn: tellEvent, error: tellEvent };
const runtime = createPortableRuntime("test", { log });
const redis = createRedisState(await connectRedis(url, Number(timeoutMs)), "test");
const { store, leases, close } = createSharedState(redis, runtime, {
  timeoutMs: Number(timeoutMs),
  leaseLifetimeMs: Number(leaseLifetimeMs),
});

const every = <Answer>(times: number, ask: () => Promise<Answer>) =>
  Promise.all(Array.from({ length: times }, ask));

const orders: Record<string, (count: number, name: string, limit: number) => Promise<unknown>> = {
  async take(count, name, limit) {
    const held = await every(count, async () => leases?.take(name, limit));
    return held.filter((lease) => lease !== undefined).length;
  },
  async points(count, name, limit) {
    const answers = await every(count, () => store.takePoints(name, 1, limit, 60_000));
    return answers.filter(({ allowed }) => allowed).length;
  },
  set: (_count, name) => store.set(name, `text of ${name}`, 60_000),
  get: async (_count, name) => (await store.get(name)) ?? null,
  status: async () => store.status().mode,
  close,
};

tell("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [order = "", count, name = "", limit] = line.split(" ");
  const answer = await orders[order]?.(Number(count), name, Number(limit)).catch((thrown: unknown) => ({
    rejected: String(thrown),
  }));
  tell({ answer: answer ?? null });
  if (order === "close") process.exit(0);
}
