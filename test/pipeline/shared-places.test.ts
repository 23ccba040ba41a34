/** Places that replicas share, on a fake clock: whose turn it is, whatever replica a request came by. */
import { beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import { createCatalog } from "../../src/pipeline/catalog.ts";
import { createPlaces, type Places } from "../../src/pipeline/places.ts";
import { sharePlaces } from "../../src/pipeline/shared-places.ts";
import { createPool } from "../../src/route/pool.ts";
import { createRooms } from "../../src/route/queue/rooms.ts";
import { createLeaseKeeper } from "../../src/store/lease-keeper.ts";
import { createMemoryState } from "../../src/store/memory-state.ts";
import type { StateOperations } from "../../src/store/shared-state.ts";
import { seeded } from "../route/queue/simulation.ts";
import {
  createFakeClock,
  createFakeRuntime,
  type FakeClock,
  settlePromises,
} from "../support/fake-runtime.ts";
import { exchangeOf } from "./exchange.ts";

const serviceMs = 400;

let clock: FakeClock;
let state: StateOperations;
let random: () => number;
/** Who was given a place, in that order. */
let served: { readonly key: string; readonly waitedMs: number }[];
beforeEach(() => {
  clock = createFakeClock();
  state = createMemoryState(1_000, clock.now);
  random = seeded(7);
  served = [];
});

interface Replica {
  readonly places: Places;
  /** From now on nothing that it planned happens. */
  die(): void;
}

let started = 0;

function startReplica(boxPlaces: number, sharesPromises = true): Replica {
  let isAlive = true;
  const { now } = clock;
  const setTimer: FakeClock["setTimer"] = (callback, delayMs) =>
    clock.setTimer(() => isAlive && callback(), delayMs);
  const runtime = createFakeRuntime(clock, { random, setTimer, sharesPromises });
  const plan = createPlan(
    parseConfig({
      backends: { box: { url: "http://box", max_concurrency: boxPlaces } },
      queue: { max_size: 1_000, max_wait: 3_000 },
    }),
  );
  const pool = createPool({ now, random });
  const catalog = createCatalog(plan, pool, runtime);
  const local = createPlaces(plan, { pool, rooms: createRooms({ now, setTimer }) }, catalog, runtime);
  const leases = createLeaseKeeper(state, runtime, `replica-${started++}`, 15_000);
  return {
    places: sharePlaces(local, { plan, pool, runtime, leases }),
    die: () => void (isAlive = false),
  };
}

interface Wish {
  readonly key: string;
  readonly priority?: number;
  readonly signal?: AbortSignal;
}

async function request({ places }: Replica, { key, priority = 0, signal }: Wish): Promise<void> {
  const wish = { exchange: exchangeOf(key, priority), model: undefined };
  const place = await places.take(["box"], wish, signal ?? new AbortController().signal);
  served.push({ key, waitedMs: place.waitedMs });
  clock.setTimer(() => place.release({ isServed: true }), serviceMs);
}

/** So many at once, one after the other by each of these replicas. */
function flood(replicas: readonly Replica[], count: number, wish: Wish): void {
  for (let index = 0; index < count; index++) {
    const replica = replicas[index % replicas.length];
    if (replica !== undefined) void request(replica, wish);
  }
}

/** Time goes by from where all requests have gone as far as they can. */
async function pass(milliseconds: number): Promise<void> {
  await settlePromises();
  await clock.advance(milliseconds);
}

async function eachSecond(seconds: number, ask: () => Promise<void>): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    // Not in step with the service times.
    await pass(100 + 800 * random());
    void ask();
    await pass(500);
  }
}

const countOf = (key: string, first = Infinity) =>
  served.slice(0, first).filter((one) => one.key === key).length;

function medianWait(key: string): number {
  const waits = served.filter((one) => one.key === key).map(({ waitedMs }) => waitedMs);
  return waits.toSorted((a, b) => a - b)[Math.floor(waits.length / 2)] ?? Infinity;
}

describe("a key that asks once a second, while another one has 300 requests waiting", () => {
  const cases = [
    { flooded: "the other replica", by: [0], asks: 1, replicas: 2, boxPlaces: 1 },
    { flooded: "the other replica, with a box of four places", by: [0], asks: 1, replicas: 2, boxPlaces: 4 },
    { flooded: "both replicas", by: [0, 1], asks: 1, replicas: 2, boxPlaces: 1 },
    { flooded: "both replicas, with a box of four places", by: [0, 1], asks: 1, replicas: 2, boxPlaces: 4 },
    { flooded: "three replicas", by: [0, 1, 2], asks: 1, replicas: 3, boxPlaces: 1 },
    { flooded: "its own replica alone", by: [0], asks: 0, replicas: 2, boxPlaces: 1 },
  ];
  it.each(cases)("waits two service times at most, with the flood through $flooded", async (scene) => {
    const replicas = Array.from({ length: scene.replicas }, () => startReplica(scene.boxPlaces));
    const [asked = startReplica(scene.boxPlaces)] = replicas.slice(scene.asks);
    const start = clock.now();
    flood(
      replicas.filter((_, index) => scene.by.includes(index)),
      300,
      { key: "flood" },
    );
    await eachSecond(25, () => request(asked, { key: "modest" }));
    expect(countOf("modest")).toBeGreaterThanOrEqual(24);
    expect(medianWait("modest")).toBeLessThanOrEqual(2 * serviceMs);
    // The places do not idle for it.
    const busyMs = served.length * serviceMs;
    expect(busyMs / scene.boxPlaces / (clock.now() - start)).toBeGreaterThan(0.8);
  });

  it("waits no longer where each request tries for itself", async () => {
    const [one, other] = [startReplica(4, false), startReplica(4, false)];
    flood([one], 300, { key: "flood" });
    await eachSecond(25, () => request(other, { key: "modest" }));
    expect(countOf("modest")).toBeGreaterThanOrEqual(24);
    expect(medianWait("modest")).toBeLessThanOrEqual(2 * serviceMs);
  });
});

describe("keys that have requests waiting all the time", () => {
  it.each([1, 4])("have equal shares, not their replicas, of a box with %i places", async (boxPlaces) => {
    const [one, other, third] = [startReplica(boxPlaces), startReplica(boxPlaces), startReplica(boxPlaces)];
    flood([one], 300, { key: "flood" });
    for (const key of ["a", "b", "c", "d"]) flood(key === "d" ? [third] : [other], 40, { key });
    await pass((130 * serviceMs) / boxPlaces);
    expect(served.length).toBeGreaterThan(100);
    for (const key of ["flood", "a", "b", "c", "d"]) {
      expect(countOf(key, 100)).toBeGreaterThan(14);
      expect(countOf(key, 100)).toBeLessThan(26);
    }
  });
});

describe("a key of a higher priority", () => {
  it("goes first, but for one turn in nine", async () => {
    const [one, other] = [startReplica(1), startReplica(1)];
    flood([one], 100, { key: "low" });
    flood([other], 100, { key: "high", priority: 5 });
    await pass(100 * serviceMs);
    expect(countOf("low", 90)).toBeGreaterThanOrEqual(9);
    expect(countOf("low", 90)).toBeLessThanOrEqual(12);
  });
});

describe("those who wait no more", () => {
  it("stand in nobody's way once their replica is dead for a while", async () => {
    const [one, dead, other] = [startReplica(1), startReplica(1), startReplica(1)];
    await request(one, { key: "first" });
    void request(dead, { key: "dead", priority: 9 });
    void request(other, { key: "alive" });
    await pass(serviceMs / 2);
    dead.die();
    await pass(serviceMs);
    expect(served.map(({ key }) => key)).toEqual(["first"]);
    await pass(1_000);
    expect(served.map(({ key }) => key)).toEqual(["first", "alive"]);
  });

  it("stand in nobody's way from the moment their client leaves", async () => {
    const [one, other] = [startReplica(1), startReplica(1)];
    await request(one, { key: "first" });
    const client = new AbortController();
    const left = request(one, { key: "left", priority: 9, signal: client.signal }).catch(() => "left");
    const held = request(other, { key: "left", priority: 9, signal: client.signal }).catch(() => "left");
    const third = startReplica(1);
    void request(third, { key: "alive" });
    await pass(serviceMs / 2);
    client.abort();
    await settlePromises();
    expect(await Promise.all([left, held])).toEqual(["left", "left"]);
    await pass(serviceMs / 2 + 130);
    expect(served.map(({ key }) => key)).toEqual(["first", "alive"]);
  });
});
