/** Sleeping boxes on a fake clock: what is called, how often, and when the waiting ends. */
import type { StopSignal } from "../../src/stop-signal.ts";
import { describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import type { ProxyError } from "../../src/errors.ts";
import { createModelLoads } from "../../src/route/model-loads.ts";
import type { Runtime, UpstreamInit } from "../../src/runtime.ts";
import { defaultWakeTimeoutMs, type WakeCall, wakeBackend } from "../../src/upstream/wake.ts";
import { createFakeClock, createFakeRuntime } from "../support/fake-runtime.ts";

const mac = Uint8Array.of(1, 2, 3, 4, 5, 6);
const packet = { kind: "packet", mac, address: "10.50.10.255", port: 9 } as const satisfies WakeCall;
const hook = { kind: "hook", url: "https://wake.test/gpu1?token=secret" } as const satisfies WakeCall;

function boxOf(): BackendPlan {
  const [backend] = createPlan(parseConfig({ backends: { gpu1: { url: "http://box" } } })).backends;
  if (backend === undefined) throw new Error("A plan without backends.");
  return backend;
}

type HookAnswer = (init: UpstreamInit) => Promise<Response>;

interface Night {
  /** When the box begins to answer, counted from now. */
  readonly wakesAfterMs: number;
  readonly answerHook?: HookAnswer;
  readonly overrides?: Partial<Runtime>;
}

function fallAsleep({ wakesAfterMs, answerHook, overrides }: Night) {
  const clock = createFakeClock();
  const begun = clock.now();
  const calls: unknown[][] = [];
  const at = () => clock.now() - begun;
  const runtime = createFakeRuntime(clock, {
    async fetch(url, init) {
      if (url === hook.url) {
        calls.push([at(), init.method, new TextDecoder().decode(init.body as Uint8Array)]);
        return (await answerHook?.(init)) ?? new Response(null, { status: 202 });
      }
      if (at() < wakesAfterMs) throw new TypeError("fetch failed", { cause: { code: "EHOSTUNREACH" } });
      return Response.json({ models: [{ key: "m", loaded_instances: [] }] });
    },
    async sendDatagram(bytes, address, port) {
      calls.push([at(), bytes.byteLength, address, port]);
    },
    ...overrides,
  });
  const wake = (
    call: WakeCall,
    timeoutMs = defaultWakeTimeoutMs,
    signal: StopSignal = new AbortController().signal,
  ) => wakeBackend(boxOf(), { call, timeoutMs }, runtime, signal);
  return { clock, calls, wake, at };
}

/** Lets time pass until it is over, and tells how. */
async function watch(waking: Promise<unknown>, clock: ReturnType<typeof createFakeClock>): Promise<unknown> {
  const outcome = waking.catch((error: unknown) => error);
  const settled = { value: undefined as unknown, isOver: false };
  void outcome.then((value) => Object.assign(settled, { value, isOver: true }));
  for (let second = 0; second < 200 && !settled.isOver; second++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1_000);
  }
  return settled.value;
}

describe("a sleeping box", () => {
  it("is called by a packet every ten seconds until it answers", async () => {
    const { clock, calls, wake, at } = fallAsleep({ wakesAfterMs: 25_000 });
    expect(await watch(wake(packet), clock)).toMatchObject({ isUp: true, models: [{ id: "m" }] });
    expect(calls.map(([time]) => time)).toEqual([0, 10_000, 20_000]);
    expect(calls[0]).toEqual([0, 102, "10.50.10.255", 9]);
    expect(at()).toBeLessThan(30_000);
    expect(clock.pending).toBe(0);
  });

  it("is called by a hook once", async () => {
    const { clock, calls, wake } = fallAsleep({ wakesAfterMs: 25_000 });
    expect(await watch(wake(hook), clock)).toMatchObject({ isUp: true });
    expect(calls).toEqual([[0, "POST", '{"backend":"gpu1"}']]);
  });

  it("that sleeps on is given up in time", async () => {
    const { clock, wake, at } = fallAsleep({ wakesAfterMs: Infinity });
    const outcome = await watch(wake(packet), clock);
    expect(outcome).toMatchObject({ status: 503, code: "backend_asleep", retry: "safe" });
    expect((outcome as ProxyError).message).toMatch(/within 120 seconds. Last seen: .*switched on/);
    expect([at() > 110_000, at() <= 122_000, clock.pending]).toEqual([true, true, 0]);
  });

  it("is not waited for any more when the signal aborts", async () => {
    const { clock, wake } = fallAsleep({ wakesAfterMs: Infinity });
    const leaver = new AbortController();
    const outcome = wake(packet, 120_000, leaver.signal).catch((error: unknown) => error);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    leaver.abort();
    expect(await outcome).toMatchObject({ code: "client_closed_request" });
    expect(clock.pending).toBe(0);
  });
});

describe("a call that fails is told", () => {
  it.each([
    [
      "without sockets",
      packet,
      { overrides: { sendDatagram: undefined } },
      /fake has no UDP sockets.*use a hook/,
    ],
    [
      "by a socket",
      packet,
      { overrides: { sendDatagram: () => Promise.reject(new Error("EACCES")) } },
      /packet to 10\.50\.10\.255 could not be sent/,
    ],
    [
      "by the hook",
      hook,
      { answerHook: async () => new Response("no", { status: 500 }) },
      /hook answered HTTP 500/,
    ],
    ["by the network", hook, { answerHook: () => Promise.reject(new TypeError("x")) }, /hook did not answer/],
    [
      "by a silent hook",
      hook,
      {
        answerHook: ({ signal }: UpstreamInit) =>
          new Promise<Response>((_resolve, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason as Error)),
          ),
      },
      /hook did not answer/,
    ],
  ] as [string, WakeCall, Omit<Night, "wakesAfterMs">, RegExp][])(
    "%s",
    async (_title, call, night, message) => {
      const { clock, wake } = fallAsleep({ wakesAfterMs: 0, ...night });
      const outcome = await watch(wake(call), clock);
      expect(outcome).toMatchObject({ status: 502, code: "backend_wake_failed" });
      expect((outcome as ProxyError).message).toMatch(message);
      expect((outcome as ProxyError).message).not.toContain("secret");
      expect(clock.pending).toBe(0);
    },
  );
});

it("wakes once for all who wait, and stops when the last has left", async () => {
  const { clock, calls, wake } = fallAsleep({ wakesAfterMs: Infinity });
  const loads = createModelLoads({ now: clock.now, sharesPromises: true });
  const waiters = Array.from({ length: 20 }, () => new AbortController());
  const tickets = waiters.map(({ signal }) =>
    loads.join({ backend: "gpu1" }, async (work) => void (await wake(packet, 120_000, work)), signal),
  );
  await vi.waitFor(() => expect(clock.pending).toBe(1));
  expect(calls).toHaveLength(1);
  expect(tickets[19]?.progress()).toMatchObject({ state: "waking" });
  for (const waiter of waiters) waiter.abort();
  const outcomes = await Promise.all(
    tickets.map(({ ready }) => ready.catch((error: ProxyError) => error.code)),
  );
  expect(new Set(outcomes)).toEqual(new Set(["client_closed_request"]));
  await vi.waitFor(() => expect(clock.pending).toBe(0));
});
