/** Replicas with one real Redis hold limits together, and lose nothing with each other or with Redis. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { type LaunchedProxy, launch, type RuntimeName } from "../support/launch.ts";
import { redisProblem, type RedisServer, startRedis } from "../support/redis.ts";

const leaseSeconds = 2;
const soon = { timeout: 10_000, interval: 50 };
const pairs: readonly (readonly [RuntimeName, RuntimeName])[] = [
  ["node", "node"],
  ["bun", "deno"],
];

let redis: RedisServer;
let upstream: FakeUpstream;
beforeAll(async () => {
  if (redisProblem === undefined) redis = await startRedis();
  upstream = await startUpstream(answer);
});
afterAll(async () => {
  await redis?.kill();
  await upstream.stop();
});
afterEach(() => void (upstream.handle = answer));

const answer: FakeUpstream["handle"] = (_request, response) => sendJson(response, 200, chatAnswer());

function configFor(prefix: string): ConfigInput {
  return {
    backends: {
      box: { url: upstream.url, max_concurrency: 1_000 },
      small: { url: upstream.url, max_concurrency: 2 },
      single: { url: upstream.url, max_concurrency: 1 },
    },
    routes: [
      { keys: ["small-a", "small-b"], backends: ["small"] },
      { keys: ["single-a", "single-b"], backends: ["single"] },
      { backends: ["box"] },
    ],
    queue: { max_size: 1_000 },
    keys: [
      { name: "counted", secret: "sk-counted", limits: { requests_per_minute: 60 } },
      { name: "narrow", secret: "sk-narrow", limits: { concurrency: 4 } },
      { name: "small-a", secret: "sk-small-a" },
      { name: "small-b", secret: "sk-small-b" },
      { name: "single-a", secret: "sk-single-a" },
      { name: "single-b", secret: "sk-single-b" },
      { name: "wide", secret: "sk-wide", limits: { requests_per_minute: 1_000_000, concurrency: 1_000 } },
    ],
    state: { url: redis.url, prefix, lease_lifetime: leaseSeconds, command_timeout: 5 },
    logging: { level: "warn" },
  };
}

const chat = ({ url }: LaunchedProxy, key: string) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "local-chat", messages: [{ role: "user", content: "Hi" }] }),
  });

const statusOf = async (asked: Promise<Response>) => {
  const response = await asked;
  await response.text();
  return response.status;
};

const stateOf = async ({ url }: LaunchedProxy): Promise<string> => {
  const health = (await (await fetch(`${url}/health`)).json()) as { state: { mode: string } };
  return health.state.mode;
};

const countOf = (statuses: readonly number[], status: number) =>
  statuses.filter((one) => one === status).length;

describe.skipIf(redisProblem !== undefined).each(pairs)("replicas on %s and %s", (one, other) => {
  let replicas: readonly LaunchedProxy[];
  beforeAll(async () => {
    const config = configFor(`${one}-${other}`);
    replicas = await Promise.all([launch(one, config), launch(other, config)]);
  });
  afterAll(async () => {
    await Promise.all((replicas ?? []).map((replica) => replica.stop()));
  });

  const [first, second] = [() => at(0), () => at(1)];
  function at(index: number): LaunchedProxy {
    const replica = replicas[index];
    if (replica === undefined) throw new Error("There are two replicas.");
    return replica;
  }
  const onBoth = (count: number, key: string) =>
    Array.from({ length: count }, (_, index) => statusOf(chat(index % 2 === 0 ? first() : second(), key)));

  it("let exactly 60 of 500 requests in that come at once", async () => {
    const statuses = await Promise.all(onBoth(500, "sk-counted"));
    expect([countOf(statuses, 200), countOf(statuses, 429)]).toEqual([60, 440]);
  });

  it("run exactly 4 of 500 requests that come at once", async () => {
    const held: (() => void)[] = [];
    upstream.handle = (_request, response) => void held.push(() => sendJson(response, 200, chatAnswer()));
    const asked = onBoth(500, "sk-narrow");
    let refused = 0;
    for (const one of asked) void one.then((status) => (refused += status === 429 ? 1 : 0));
    await expect.poll(() => refused, soon).toBe(496);
    await expect.poll(() => held.length, soon).toBe(4);
    for (const release of held) release();
    expect(countOf(await Promise.all(asked), 200)).toBe(4);
    expect(await Promise.all([stateOf(first()), stateOf(second())])).toEqual(["shared", "shared"]);
  });

  it("never run more than 4 while 500 requests come and go", async () => {
    let running = 0;
    let highest = 0;
    upstream.handle = (_request, response) => {
      running++;
      highest = Math.max(highest, running);
      setTimeout(() => {
        running--;
        sendJson(response, 200, chatAnswer());
      }, 5);
    };
    const statuses: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, worker) => {
        const replica = worker % 2 === 0 ? first() : second();
        for (let count = 0; count < 25; count++) statuses.push(await statusOf(chat(replica, "sk-narrow")));
      }),
    );
    expect(highest).toBeLessThanOrEqual(4);
    // How many of them meet on a busy machine is chance.
    expect(highest).toBeGreaterThan(1);
    expect(countOf(statuses, 200) + countOf(statuses, 429)).toBe(500);
  });

  it("never send a box more than its places, and let no key of one wait for a flood on the other", async () => {
    let running = 0;
    let highest = 0;
    upstream.handle = (_request, response) => {
      running++;
      highest = Math.max(highest, running);
      setTimeout(() => {
        running--;
        sendJson(response, 200, chatAnswer());
      }, 20);
    };
    const flood = Array.from({ length: 100 }, () => statusOf(chat(first(), "sk-small-a")));
    const waits: number[] = [];
    for (let count = 0; count < 7; count++) {
      const begunAt = Date.now();
      expect(await statusOf(chat(second(), "sk-small-b"))).toBe(200);
      waits.push(Date.now() - begunAt);
    }
    expect(countOf(await Promise.all(flood), 200)).toBe(100);
    expect(highest).toBe(2);
    // The whole flood takes over a second.
    expect(waits.toSorted((a, b) => a - b)[3]).toBeLessThan(500);
  });

  it.each(["one", "both"])(
    "let a key of the other wait two service times at most, with a flood through %s",
    async (flooded) => {
      const serviceMs = 100;
      upstream.handle = (_request, response) =>
        void setTimeout(() => sendJson(response, 200, chatAnswer()), serviceMs);
      const load = { goesOn: true };
      // Begun anew as they end, so that the flood lasts as long as the test looks.
      const flood = Array.from({ length: 16 }, async (_, worker) => {
        const replica = flooded === "both" && worker % 2 === 1 ? second() : first();
        while (load.goesOn) expect(await statusOf(chat(replica, "sk-single-a"))).toBe(200);
      });
      const waits: number[] = [];
      for (let count = 0; count < 11; count++) {
        const begunAt = Date.now();
        expect(await statusOf(chat(second(), "sk-single-b"))).toBe(200);
        waits.push(Date.now() - begunAt - serviceMs);
      }
      load.goesOn = false;
      await Promise.all(flood);
      // Pauses between tries and a busy machine come on top.
      expect(waits.toSorted((a, b) => a - b)[5]).toBeLessThan(2 * serviceMs + 100);
    },
    20_000,
  );

  it("lose no request while Redis is gone, frozen and back again", async () => {
    const statuses: number[] = [];
    const load = { goesOn: true };
    const workers = Array.from({ length: 10 }, async (_, worker) => {
      const replica = worker % 2 === 0 ? first() : second();
      while (load.goesOn) statuses.push(await statusOf(chat(replica, "sk-wide")));
    });
    const both = () => Promise.all([stateOf(first()), stateOf(second())]);
    await redis.kill();
    await expect.poll(both, soon).toEqual(["local", "local"]);
    await redis.start();
    await expect.poll(both, soon).toEqual(["shared", "shared"]);
    redis.freeze();
    await expect.poll(both, { ...soon, timeout: 20_000 }).toEqual(["local", "local"]);
    redis.thaw();
    await expect.poll(both, { ...soon, timeout: 20_000 }).toEqual(["shared", "shared"]);
    load.goesOn = false;
    await Promise.all(workers);
    expect(countOf(statuses, 200)).toBe(statuses.length);
    for (const replica of replicas) {
      await expect.poll(() => replica.output()).toContain("state-degraded");
      await expect.poll(() => replica.output()).toContain("state-recovered");
    }
  }, 60_000);

  it("get the places of a killed one back within the lease", async () => {
    let held = 0;
    upstream.handle = () => void held++;
    const left = Array.from({ length: 4 }, () => statusOf(chat(first(), "sk-narrow")).catch(() => 0));
    await expect.poll(() => held, soon).toBe(4);
    upstream.handle = answer;
    expect(await statusOf(chat(second(), "sk-narrow"))).toBe(429);
    const killedAt = Date.now();
    first().process.kill("SIGKILL");
    await expect.poll(() => statusOf(chat(second(), "sk-narrow")), soon).toBe(200);
    // The asking and the answer's way come on top of the lease.
    expect(Date.now() - killedAt).toBeLessThan(leaseSeconds * 1000 + 500);
    await Promise.all(Array.from({ length: 4 }, () => statusOf(chat(second(), "sk-small-b"))));
    expect(await Promise.all(left)).toEqual([0, 0, 0, 0]);
  });
});
