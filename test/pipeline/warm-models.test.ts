/** Models that are to be in memory: loaded at the start, found missing later, left alone while drained. */
import { describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import { createCatalog } from "../../src/pipeline/catalog.ts";
import { createModelLoader } from "../../src/pipeline/model-loader.ts";
import { createWarmModels, type WarmPlan } from "../../src/pipeline/warm-models.ts";
import { createModelLoads } from "../../src/route/model-loads.ts";
import { createPool } from "../../src/route/pool.ts";
import { portableFetchInit, type Runtime } from "../../src/runtime.ts";
import { createSimulator, type Manners } from "../../src/simulator/simulator.ts";
import { createFakeClock, createFakeRuntime } from "../support/fake-runtime.ts";
import { recordingLog } from "../support/test-app.ts";

const models = [
  { id: "big", type: "llm" },
  { id: "small", type: "llm" },
  { id: "text-embedding-nomic", type: "embeddings" },
] as const;

/** Like no other time in this test, so that its timer is known by it. */
const every = 61_000;

interface Setting {
  readonly manners?: Manners;
  readonly plan?: Partial<WarmPlan>;
  readonly isDown?: boolean;
  readonly overrides?: Partial<Runtime>;
}

function createHouse({ manners = "lmstudio", plan = {}, isDown = false, overrides }: Setting = {}) {
  const clock = createFakeClock();
  const simulator = createSimulator({ manners, models, now: clock.now, setTimer: clock.setTimer });
  const log = recordingLog();
  const posts: string[] = [];
  const state = { isDrained: false, isDown };
  let visits = 0;
  const runtime = createFakeRuntime(clock, {
    setTimer(callback, delayMs) {
      if (delayMs === every) visits++;
      return clock.setTimer(callback, delayMs);
    },
    async fetch(url, init) {
      if (state.isDown) throw new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } });
      const text = init.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : null;
      if (text !== null) {
        const { model } = JSON.parse(text) as { model: string };
        posts.push(`${new URL(url).pathname} ${model}`);
      }
      return simulator.fetch(new Request(url, portableFetchInit(init)));
    },
    log,
    ...overrides,
  });
  const config = parseConfig({ backends: { gpu1: { url: "http://box", type: manners } } });
  const appPlan = createPlan(config);
  const pool = createPool({ now: clock.now, random: () => 0.5 });
  const catalog = createCatalog(appPlan, pool, runtime);
  const loads = createModelLoads({ now: clock.now, sharesPromises: true });
  const warm = createWarmModels({
    plans: [{ backend: "gpu1", preload: ["big", "text-embedding-nomic"], keepWarmMs: every, ...plan }],
    services: { runtime, catalog, pool },
    loader: createModelLoader({ runtime, loads }),
    isDrained: () => state.isDrained,
  });
  const unload = (instance_id: string) =>
    simulator.fetch(
      new Request("http://box/api/v1/models/unload", {
        method: "POST",
        body: JSON.stringify({ instance_id }),
      }),
    );
  let seen = 0;
  /** Until the visit that runs has set the timer of the next one. */
  const settled = async () => {
    seen++;
    await vi.waitFor(() => expect(visits).toBe(seen), { interval: 1 });
  };
  const loaded = async () =>
    (await catalog.refreshed())[0]?.models?.filter(({ isLoaded }) => isLoaded === true).map(({ id }) => id);
  const busy = () => {
    const [backend] = appPlan.backends;
    return backend === undefined ? undefined : pool.begin(backend);
  };
  return { clock, posts, state, log, warm, unload, settled, loaded, busy, pool, appPlan };
}

const load = "/api/v1/models/load";

describe("models to be kept in memory", () => {
  it("are loaded at the start, and again when they are missing", async () => {
    const house = createHouse();
    house.warm.start();
    await house.settled();
    expect(house.posts).toEqual([`${load} big`, `${load} text-embedding-nomic`]);
    expect(await house.loaded()).toEqual(["big", "text-embedding-nomic"]);
    await house.clock.advance(every);
    await house.settled();
    expect(house.posts).toHaveLength(2);
    await house.unload("big");
    await house.clock.advance(every);
    await house.settled();
    expect(house.posts).toEqual([`${load} big`, `${load} text-embedding-nomic`, `${load} big`]);
    house.warm.stop();
    expect(house.clock.pending).toBe(0);
  });

  it("are loaded by a single token where there is no other way", async () => {
    const house = createHouse({ manners: "ollama", plan: { preload: ["big"] } });
    house.warm.start();
    await house.settled();
    expect(house.posts).toEqual(["/v1/chat/completions big"]);
    expect(await house.loaded()).toEqual(["big"]);
  });

  it("are loaded once where no interval is set", async () => {
    const house = createHouse({ plan: { keepWarmMs: 0 } });
    house.warm.start();
    await vi.waitFor(() => expect(house.posts).toHaveLength(2));
    await new Promise((resolve) => setImmediate(resolve));
    expect(house.clock.pending).toBe(0);
  });

  it("are left alone while drained, and looked after again afterwards", async () => {
    const house = createHouse();
    house.state.isDrained = true;
    house.warm.start();
    await house.settled();
    await house.clock.advance(every);
    await house.settled();
    expect(house.posts).toEqual([]);
    house.state.isDrained = false;
    await house.clock.advance(every);
    await vi.waitFor(() => expect(house.posts).toHaveLength(2));
  });

  it("wait for a box that is down", async () => {
    const house = createHouse({ isDown: true });
    house.warm.start();
    await house.settled();
    expect(house.posts).toEqual([]);
    house.state.isDown = false;
    await house.clock.advance(every);
    await vi.waitFor(() => expect(house.posts).toHaveLength(2));
  });

  it("that cannot be loaded are told in the log, and the next one is tried", async () => {
    const house = createHouse({ plan: { preload: ["nobody", "big"] } });
    house.warm.start();
    await house.settled();
    expect(house.posts).toEqual([`${load} big`]);
    expect(house.log.events.filter(({ level }) => level === "warn")).toEqual([
      {
        level: "warn",
        event: "model-preload-failed",
        fields: { backend: "gpu1", model: "nobody", problem: "The backend does not list this model." },
      },
    ]);
  });

  it("are nobody's business where there are no timers to rely on", async () => {
    const house = createHouse({ overrides: { sharesPromises: false } });
    house.warm.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect([house.posts, house.clock.pending]).toEqual([[], 0]);
  });
});

describe("a touch", () => {
  const touches = { preload: ["big", "text-embedding-nomic"], touches: true };

  it("asks each loaded model for the least, as real work that takes a place", async () => {
    const house = createHouse({ plan: touches });
    house.warm.start();
    await house.settled();
    await house.clock.advance(every);
    await house.settled();
    expect(house.posts.slice(2)).toEqual(["/v1/chat/completions big", "/v1/embeddings text-embedding-nomic"]);
    expect(house.pool.snapshot(house.appPlan)[0]?.inFlight).toBe(0);
  });

  it("is not needed while the box works", async () => {
    const house = createHouse({ plan: touches });
    house.warm.start();
    await house.settled();
    const running = house.busy();
    await house.clock.advance(every);
    await house.settled();
    expect(house.posts).toHaveLength(2);
    running?.end({ outcome: "neutral" });
  });

  it("is off unless it is wanted", async () => {
    const house = createHouse();
    house.warm.start();
    await house.settled();
    await house.clock.advance(every);
    await house.settled();
    expect(house.posts).toHaveLength(2);
  });
});
