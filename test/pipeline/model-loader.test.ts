/** Loads on simulated boxes: one for all who wait, in the backend's own words where it refuses. */
import { type StopSignal, toAbortSignal } from "../../src/stop-signal.ts";
import { describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import type { BackendType } from "../../src/config/schema.ts";
import { lmStudioInstanceList } from "../../src/dialects/lmstudio-models.ts";
import type { ProxyError } from "../../src/errors.ts";
import { createModelLoader } from "../../src/pipeline/model-loader.ts";
import { formatLoadProgress } from "../../src/route/load-progress.ts";
import { createModelLoads } from "../../src/route/model-loads.ts";
import {
  createPortableRuntime,
  portableFetchInit,
  type Runtime,
  type UpstreamInit,
} from "../../src/runtime.ts";
import { defaultModels } from "../../src/simulator/models.ts";
import { createSimulator } from "../../src/simulator/simulator.ts";
import { createFakeClock, createFakeRuntime } from "../support/fake-runtime.ts";
import { startUpstream } from "../support/fake-upstream.ts";
import { startSimulator } from "../support/simulator-server.ts";

const loadPath = "/api/v1/models/load";
const model = "simulated/llama-3.1-8b-instruct";
const stays = () => new AbortController().signal;

function boxOf(type: BackendType = "lmstudio", url = "http://box"): BackendPlan {
  const [backend] = createPlan(parseConfig({ backends: { gpu1: { url, type, timeout: 60 } } })).backends;
  if (backend === undefined) throw new Error("A plan without backends.");
  return backend;
}

type Answer = (init: UpstreamInit) => Promise<Response> | Response;

/** One box on a clock of its own; `answer` stands in for its load API. */
function createBox(answer?: Answer, overrides: Partial<Runtime> = {}) {
  const clock = createFakeClock();
  const simulator = createSimulator({
    models: [...defaultModels, { id: "text-embedding-simulated-cold", type: "embeddings" }],
    loadDelayMs: 20_000,
    now: clock.now,
    setTimer: clock.setTimer,
  });
  const asked: { path: string; body: unknown; signal: StopSignal }[] = [];
  const runtime = createFakeRuntime(clock, {
    async fetch(url, init) {
      const path = new URL(url).pathname;
      const body = init.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : null;
      asked.push({ path, body: body === null ? null : JSON.parse(body), signal: init.signal });
      if (path === loadPath && answer !== undefined) return answer(init);
      return simulator.fetch(
        new Request(url, { method: init.method, body, signal: toAbortSignal(init.signal) }),
      );
    },
    ...overrides,
  });
  const paths = () => asked.map(({ path }) => path);
  const refreshed: string[] = [];
  const loads = createModelLoads({ now: clock.now, sharesPromises: runtime.sharesPromises });
  const loader = createModelLoader({
    runtime,
    loads,
    contextLengthOf: () => 8_192,
    onLoaded: async ({ name }) => void refreshed.push(name),
  });
  const orders = () => asked.filter(({ path }) => path === loadPath);
  const loaded = async () => {
    const answer = await simulator.fetch(new Request("http://box/api/v1/models"));
    const listed = lmStudioInstanceList.parse(await answer.json()) ?? [];
    return listed.filter(({ isLoaded }) => isLoaded === true).map(({ id }) => id);
  };
  const untilAsked = (count = 1) => vi.waitFor(() => expect(orders()).toHaveLength(count));
  return { loader, loads, clock, orders, paths, loaded, untilAsked, refreshed };
}

const codeOf = (ready: Promise<void>) =>
  ready.then(
    () => "ready",
    (error: ProxyError) => error.code,
  );

describe("loading a model", () => {
  it("is one order for a hundred waiters, told as it goes on", async () => {
    const { loader, clock, orders, untilAsked, refreshed } = createBox();
    const tickets = Array.from({ length: 100 }, () =>
      loader.load({ backend: boxOf(), model: "llama-3.1-8b-instruct" }, stays()),
    );
    await untilAsked();
    await clock.advance(12_000);
    const progress = tickets[99]?.progress();
    expect(progress && formatLoadProgress(progress)).toBe("loading llama-3.1-8b-instruct on gpu1, 12 s");
    await clock.advance(8_000);
    await Promise.all(tickets.map(({ ready }) => ready));
    expect(orders().map(({ body }) => body)).toEqual([{ model, context_length: 8_192 }]);
    expect(refreshed).toEqual(["gpu1"]);
    expect(clock.pending).toBe(0);
  });

  it("orders nothing where the model is in memory by now", async () => {
    const { loader, orders } = createBox();
    await loader.load({ backend: boxOf(), model: "simulated/qwen3-8b" }, stays()).ready;
    expect(orders()).toEqual([]);
  });

  it("breaks the order off when the last waiter leaves", async () => {
    const { loader, loads, clock, orders, untilAsked } = createBox();
    const waiters = [new AbortController(), new AbortController()];
    const outcomes = waiters.map(({ signal }) =>
      codeOf(loader.load({ backend: boxOf(), model }, signal).ready),
    );
    await untilAsked();
    waiters[0]?.abort();
    expect(orders()[0]?.signal.aborted).toBe(false);
    waiters[1]?.abort();
    expect(orders()[0]?.signal.aborted).toBe(true);
    expect(await Promise.all(outcomes)).toEqual(["client_closed_request", "client_closed_request"]);
    expect(loads.running()).toEqual([]);
    await vi.waitFor(() => expect(clock.pending).toBe(0));
  });

  it("gives up after the backend's time for a first byte", async () => {
    const silent: Answer = ({ signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason as Error)),
      );
    const { loader, clock, untilAsked } = createBox(silent);
    const outcome = codeOf(loader.load({ backend: boxOf(), model }, stays()).ready);
    await untilAsked();
    await clock.advance(60_000);
    expect(await outcome).toBe("backend_timeout");
  });
});

describe("a box with room for one", () => {
  const loadBoth = async (isJustInTime: boolean) => {
    const box = createBox();
    for (const name of ["simulated/qwen2.5-vl-7b", model]) {
      const ticket = box.loader.load({ backend: boxOf(), model: name, isJustInTime }, stays());
      while (ticket.progress() !== undefined) {
        await new Promise((resolve) => setImmediate(resolve));
        await box.clock.advance(1_000);
      }
    }
    return box;
  };

  it("lets a model go for the next where both were loaded just in time", async () => {
    const box = await loadBoth(true);
    expect(box.orders()).toEqual([]);
    expect(await box.loaded()).not.toContain("simulated/qwen2.5-vl-7b");
    expect(await box.loaded()).toContain(model);
  });

  it("keeps what the API loaded", async () => {
    const box = await loadBoth(false);
    expect(box.orders()).toHaveLength(2);
    expect(await box.loaded()).toEqual(expect.arrayContaining(["simulated/qwen2.5-vl-7b", model]));
  });
});

describe("a refused load", () => {
  it.each([
    [
      400,
      { error: 'Failed to load model "x". Error: insufficient memory at /home/u/m.gguf' },
      503,
      "model_load_failed",
    ],
    [400, { error: 'Failed to load model "x". Error: unknown architecture' }, 500, "model_load_failed"],
    [500, { error: { message: "Something else." } }, 500, "model_load_failed"],
    [400, { error: "'context_length' is too large" }, 500, "model_load_failed"],
    [200, { status: "loading" }, 502, "model_load_failed"],
    [404, { error: { message: "No.", code: "model_not_found" } }, 404, "model_not_found"],
    [401, { error: { message: "Token", code: "invalid_api_key" } }, 502, "backend_unauthorized"],
  ])("of %i %j is %i %s for all, once", async (status, body, expected, code) => {
    const { loader, orders, refreshed } = createBox(() => Response.json(body, { status }));
    const tickets = Array.from({ length: 20 }, () => loader.load({ backend: boxOf(), model }, stays()));
    const errors = await Promise.all(tickets.map(({ ready }) => ready.catch((error: unknown) => error)));
    expect(new Set(errors).size).toBe(1);
    expect(errors[0]).toMatchObject({
      status: expected,
      code,
      message: expect.not.stringContaining("/home"),
    });
    expect(await codeOf(loader.load({ backend: boxOf(), model }, stays()).ready)).toBe(code);
    expect([orders().length, refreshed]).toEqual([1, []]);
  });

  it.each([
    ["chat", model, "/v1/chat/completions"],
    ["embeddings", "text-embedding-simulated-cold", "/v1/embeddings"],
  ])("is a single token's where the box is too old to have the API (%s)", async (_kind, name, path) => {
    const body = { error: `Unexpected endpoint or method. (POST ${loadPath})` };
    const { loader, clock, paths } = createBox(() => Response.json(body));
    const { ready } = loader.load({ backend: boxOf(), model: name }, stays());
    await vi.waitFor(() => expect(paths()).toEqual(["/api/v1/models", loadPath, path]));
    await clock.advance(20_000);
    expect(await codeOf(ready)).toBe("ready");
  });

  it("names the failure where the box cannot be reached", async () => {
    const { loader } = createBox(() =>
      Promise.reject(new TypeError("x", { cause: { code: "ECONNREFUSED" } })),
    );
    expect(await codeOf(loader.load({ backend: boxOf(), model }, stays()).ready)).toBe("backend_refused");
  });

  it("tells of a redirect as such", async () => {
    const { loader } = createBox(() => new Response(null, { status: 302, headers: { location: "/login" } }));
    expect(await codeOf(loader.load({ backend: boxOf(), model }, stays()).ready)).toBe("backend_redirected");
  });
});

describe("what can load", () => {
  it.each([
    ["lmstudio", true, true],
    ["lmstudio", false, false],
    ["ollama", true, false],
    ["llama-server", true, false],
    ["vllm", true, false],
    ["openai", true, false],
  ] as const)("%s where promises are shared (%s): %s", (type, sharesPromises, expected) => {
    expect(createBox(undefined, { sharesPromises }).loader.canLoad(boxOf(type))).toBe(expected);
  });
});

it("a real connection is closed when the last waiter leaves", async () => {
  const upstream = await startUpstream(() => {});
  try {
    const runtime = createPortableRuntime("test");
    const loads = createModelLoads({ now: runtime.now, sharesPromises: true });
    const loader = createModelLoader({ runtime, loads });
    const waiters = Array.from({ length: 10 }, () => new AbortController());
    const ask = { backend: boxOf("lmstudio", upstream.url), model: "local-cold" };
    const outcomes = waiters.map(({ signal }) => codeOf(loader.load(ask, signal).ready));
    const order = await upstream.received(0);
    expect(order.url).toBe(loadPath);
    for (const waiter of waiters) waiter.abort();
    await order.closed;
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(["client_closed_request"]));
    expect(upstream.requests).toHaveLength(1);
  } finally {
    await upstream.stop();
  }
});

it("a real box loads once for fifty requests", async () => {
  const server = await startSimulator({ loadDelayMs: 50 });
  try {
    const paths: string[] = [];
    const runtime = createFakeRuntime(createFakeClock(), {
      now: () => Date.now(),
      fetch(url, init) {
        paths.push(new URL(url).pathname);
        return fetch(url, portableFetchInit(init));
      },
    });
    const loads = createModelLoads({ now: runtime.now, sharesPromises: true });
    const loader = createModelLoader({ runtime, loads });
    const backend = boxOf("lmstudio", server.url);
    await Promise.all(Array.from({ length: 50 }, () => loader.load({ backend, model }, stays()).ready));
    expect(paths).toEqual(["/api/v1/models", loadPath]);
    const { models } = (await (await fetch(`${server.url}/api/v1/models`)).json()) as {
      models: { key: string; loaded_instances: { id: string }[] }[];
    };
    expect(models.find(({ key }) => key === model)?.loaded_instances.map(({ id }) => id)).toEqual([model]);
  } finally {
    await server.stop();
  }
});
