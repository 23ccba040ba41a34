/** Many requests for one sleeping box. */
import { describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import type { ProxyError } from "../../src/errors.ts";
import { createBoxWaker } from "../../src/pipeline/box-waker.ts";
import { formatLoadProgress } from "../../src/route/load-progress.ts";
import { createModelLoads } from "../../src/route/model-loads.ts";
import { createPool } from "../../src/route/pool.ts";
import type { Runtime } from "../../src/runtime.ts";
import type { WakePlan } from "../../src/upstream/wake.ts";
import { createFakeClock, createFakeRuntime } from "../support/fake-runtime.ts";
import { recordingLog } from "../support/test-app.ts";

const wakePlan: WakePlan = {
  call: { kind: "packet", mac: Uint8Array.of(1, 2, 3, 4, 5, 6), address: "10.50.10.255", port: 9 },
  timeoutMs: 120_000,
};

function createNight(overrides: Partial<Runtime> = {}) {
  const clock = createFakeClock();
  const state = { isAwake: false, packets: 0 };
  const log = recordingLog();
  const runtime = createFakeRuntime(clock, {
    async fetch() {
      if (!state.isAwake) throw new TypeError("fetch failed", { cause: { code: "EHOSTUNREACH" } });
      return Response.json({ models: [{ key: "m", loaded_instances: [] }] });
    },
    sendDatagram: async () => void state.packets++,
    log,
    ...overrides,
  });
  const plan = createPlan(parseConfig({ backends: { gpu1: { url: "http://box" } } }));
  const pool = createPool({ now: clock.now, random: () => 0.5 });
  const loads = createModelLoads({ now: clock.now, sharesPromises: true });
  const waker = createBoxWaker({ runtime, loads, pool });
  const [backend] = plan.backends;
  if (backend === undefined) throw new Error("A plan without backends.");
  const wake = (signal = new AbortController().signal) => waker.wake(backend, wakePlan, signal);
  const words = () => log.events.map(({ event }) => event);
  return { clock, state, wake, words, snapshot: () => pool.snapshot(plan)[0] };
}

const codeOf = (ready: Promise<void>) =>
  ready.then(
    () => "ready",
    (error: ProxyError) => error.code,
  );

describe("waking a box", () => {
  it("is one call for all, told as it goes on, and ends with its models in the pool", async () => {
    const { clock, state, wake, words, snapshot } = createNight();
    const tickets = Array.from({ length: 100 }, () => wake());
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    await clock.advance(1_000);
    const progress = tickets[50]?.progress();
    expect(progress && formatLoadProgress(progress)).toBe("waking gpu1, 1 s");
    state.isAwake = true;
    await clock.advance(1_000);
    expect(new Set(await Promise.all(tickets.map(({ ready }) => codeOf(ready))))).toEqual(new Set(["ready"]));
    expect([state.packets, snapshot()?.status, snapshot()?.models?.[0]?.id]).toEqual([1, "up", "m"]);
    expect(words()).toEqual(["backend-called", "backend-awake"]);
  });

  it("that fails is told to all, and not tried again at once", async () => {
    let tries = 0;
    const sendDatagram = () => {
      tries++;
      return Promise.reject(new Error("EACCES"));
    };
    const { wake, words } = createNight({ sendDatagram });
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => codeOf(wake().ready)));
    expect(new Set(outcomes)).toEqual(new Set(["backend_wake_failed"]));
    expect(await codeOf(wake().ready)).toBe("backend_wake_failed");
    expect(tries).toBe(1);
    expect(words()).toEqual(["backend-called", "backend-not-woken"]);
  });

  it("ends quietly when the last waiter has left", async () => {
    const { clock, wake, words } = createNight();
    const leaver = new AbortController();
    const { ready } = wake(leaver.signal);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    leaver.abort();
    expect(await codeOf(ready)).toBe("client_closed_request");
    await vi.waitFor(() => expect(clock.pending).toBe(0));
    expect(words()).toEqual(["backend-called"]);
  });
});
