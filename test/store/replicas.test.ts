/** Processes that share one real Redis: exact together, and none of them lost with another or with Redis. */
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { redisProblem, type RedisServer, startRedis } from "../support/redis.ts";
import { startStateProcess, type StateProcess } from "../support/state-process.ts";

const replicas: StateProcess[] = [];
async function startReplica(...parts: Parameters<typeof startStateProcess>): Promise<StateProcess> {
  const replica = await startStateProcess(...parts);
  replicas.push(replica);
  return replica;
}
afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.kill()));
});

const soon = { timeout: 10_000, interval: 25 };
const sum = (answers: readonly unknown[]) => answers.reduce<number>((total, one) => total + Number(one), 0);

describe.skipIf(redisProblem !== undefined)("processes with one Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  it("hold a concurrency of 4 exactly under 500 tries at once", async () => {
    const both = await Promise.all([startReplica(redis.url), startReplica(redis.url)]);
    for (let round = 0; round < 3; round++) {
      const name = randomUUID();
      const taken = await Promise.all(both.map((replica) => replica.order("take", 250, name, 4)));
      expect(sum(taken)).toBe(4);
    }
    expect(both.flatMap(({ events }) => events)).toEqual([]);
  });

  it("hold a limit of 60 a minute exactly under 500 requests at once", async () => {
    const both = await Promise.all([startReplica(redis.url), startReplica(redis.url)]);
    const name = randomUUID();
    const taken = await Promise.all(both.map((replica) => replica.order("points", 250, name, 60)));
    expect(sum(taken)).toBe(60);
    expect(both.flatMap(({ events }) => events)).toEqual([]);
  });

  it("get a killed one's places back within the lease, and keep a living one's for longer", async () => {
    const leaseLifetimeMs = 1_500;
    const [dying, living, asking] = await Promise.all([
      startReplica(redis.url, { leaseLifetimeMs }),
      startReplica(redis.url, { leaseLifetimeMs }),
      startReplica(redis.url, { leaseLifetimeMs }),
    ]);
    const name = randomUUID();
    expect(await dying.order("take", 3, name, 4)).toBe(3);
    expect(await living.order("take", 1, name, 4)).toBe(1);
    expect(await asking.order("take", 10, name, 4)).toBe(0);
    await dying.kill();
    const start = Date.now();
    let taken = 0;
    await vi.waitFor(async () => {
      taken += Number(await asking.order("take", 10, name, 4));
      expect(taken).toBe(3);
    }, soon);
    // The timer of the test and the answer's way come on top of the lease.
    expect(Date.now() - start).toBeLessThan(leaseLifetimeMs + 500);
    const longer = Date.now() + 1.5 * leaseLifetimeMs;
    await vi.waitFor(async () => {
      expect(await asking.order("take", 10, name, 4)).toBe(0);
      expect(Date.now()).toBeGreaterThan(longer);
    }, soon);
  });

  it("give their places back at once when they end as they should", async () => {
    const [ending, asking] = await Promise.all([startReplica(redis.url), startReplica(redis.url)]);
    const name = randomUUID();
    expect(await ending.order("take", 2, name, 2)).toBe(2);
    await ending.order("close");
    expect(await asking.order("take", 10, name, 2)).toBe(2);
  });

  it.each(["bun", "deno"] as const)("may run on %s", async (runtime) => {
    const [other, node] = await Promise.all([startReplica(redis.url, { runtime }), startReplica(redis.url)]);
    const name = randomUUID();
    const taken = await Promise.all([other, node].map((one) => one.order("take", 250, name, 4)));
    expect(sum(taken)).toBe(4);
    await other.order("set", 1, name);
    expect(await node.order("get", 1, name)).toBe(`text of ${name}`);
    expect(await other.order("status")).toBe("shared");
    expect(other.events).toEqual([]);
    await other.order("close");
    expect(await node.order("take", 10, name, 4)).toBe(taken[0]);
  });
});

describe.skipIf(redisProblem !== undefined)("a Redis that goes and comes", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  const modes = (both: readonly StateProcess[]) => Promise.all(both.map((one) => one.order("status")));

  it.each<[string, () => Promise<void>, () => Promise<void>]>([
    ["killed and started", () => redis.kill(), () => redis.start()],
    ["frozen and thawed", async () => redis.freeze(), async () => redis.thaw()],
  ])("fails no operation while it is %s, and is shared again afterwards", async (_name, stop, start) => {
    const timeoutMs = 250;
    const both = await Promise.all([
      startReplica(redis.url, { timeoutMs }),
      startReplica(redis.url, { timeoutMs }),
    ]);
    const [text, leases, points] = [randomUUID(), randomUUID(), randomUUID()];
    const answers: unknown[] = [];
    const over = new AbortController();
    const load = both.map(async (one, index) => {
      await one.order("set", 1, `${text}-${index}`);
      while (!over.signal.aborted) {
        answers.push(await one.order("points", 20, points, 1_000_000));
        // What it stored itself it finds, whatever becomes of Redis.
        answers.push((await one.order("get", 1, `${text}-${index}`)) === `text of ${text}-${index}`);
      }
    });
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(40), soon);
    await stop();
    await vi.waitFor(async () => expect(await modes(both)).toEqual(["local", "local"]), soon);
    expect(await both[0]?.order("take", 10, leases, 2)).toBe(2);
    const during = answers.length;
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(during + 100), soon);
    await start();
    await vi.waitFor(async () => expect(await modes(both)).toEqual(["shared", "shared"]), soon);
    // Taken while there was nothing to share, counted for all now.
    expect(await both[1]?.order("take", 10, leases, 2)).toBe(0);
    const after = answers.length;
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(after + 40), soon);
    over.abort();
    await Promise.all(load);
    expect(answers.filter((answer) => answer !== 20 && answer !== true)).toEqual([]);
    for (const { events } of both) {
      expect(events.at(0)).toBe("state-degraded");
      expect(events.at(-1)).toBe("state-recovered");
    }
  });

  it("may be missing at the start", async () => {
    await redis.kill();
    const replica = await startReplica(redis.url);
    expect(await replica.order("take", 10, "box", 2)).toBe(2);
    expect(await replica.order("status")).toBe("local");
    await redis.start();
    await vi.waitFor(async () => expect(await replica.order("status")).toBe("shared"), soon);
  });
});
