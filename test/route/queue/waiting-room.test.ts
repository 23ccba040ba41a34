/** The shell of the queue: promises, aborts, time limits and places that are given back once. On a fake clock. */
import { describe, expect, it } from "vitest";
import { ProxyError, queueFull } from "../../../src/errors.ts";
import type { QueueOptions, Ticket } from "../../../src/route/queue/ticket.ts";
import { createWaitingRoom, type Place } from "../../../src/route/queue/waiting-room.ts";
import { places } from "./simulation.ts";

function fakeClock() {
  let now = 0;
  const timers = new Map<symbol, { readonly at: number; readonly callback: () => void }>();
  return {
    now: () => now,
    setTimer(callback: () => void, delayMs: number) {
      const id = Symbol("timer");
      timers.set(id, { at: now + delayMs, callback });
      return () => void timers.delete(id);
    },
    timers: () => [...timers.values()].map(({ at }) => at),
    /** Timers may ring a little before their time, as those of real runtimes do. */
    passTo(time: number, early = 0) {
      now = time;
      for (const [id, { at, callback }] of Array.from(timers)) {
        if (at > now + early) continue;
        if (!timers.delete(id)) continue;
        callback();
      }
    },
  };
}

function open(options: Partial<QueueOptions> = {}, limit = 1) {
  const clock = fakeClock();
  const room = createWaitingRoom({ maxWaitMs: 1_000, ...options }, clock);
  room.setBackends([places("box", { limit })]);
  const ticket = (id: string, given: Partial<Ticket> = {}): Ticket => {
    return { id, key: "ann", priority: 0, model: "m", candidates: ["box"], ...given };
  };
  const never = new AbortController().signal;
  return { clock, room, ticket, acquire: (id: string, signal = never) => room.acquire(ticket(id), signal) };
}

const idle = { waiting: 0, running: 0 };
const served = { isServed: true };
const failure = (promise: Promise<Place>) => promise.then(() => undefined).catch((error: unknown) => error);

describe("the waiting room", () => {
  it("gives a free place at once, and the next one to who waits", async () => {
    const { clock, room, acquire } = open();
    const first = await acquire("1");
    const second = acquire("2");
    clock.passTo(300);
    first.release(served);
    expect(first).toMatchObject({ backend: "box", waitedMs: 0 });
    expect(await second).toMatchObject({ backend: "box", waitedMs: 300 });
    (await second).release(served);
    expect(room.depth()).toEqual(idle);
    expect(clock.timers()).toEqual([]);
  });

  it("gives a free place without a promise, but never before who waits", async () => {
    const { clock, room, ticket, acquire } = open({}, 2);
    const first = room.acquireNow(ticket("1"));
    const second = room.acquireNow(ticket("2"));
    expect(first).toMatchObject({ backend: "box", waitedMs: 0 });
    expect(room.acquireNow(ticket("3"))).toBeUndefined();
    expect(room.depth()).toEqual({ waiting: 0, running: 2 });
    const waiting = acquire("4");
    // One that may go elsewhere is not asked for at once while anybody waits.
    room.setBackends([places("box", { limit: 2 }), places("other", { limit: 1 })]);
    expect(room.acquireNow(ticket("5", { candidates: ["other"] }))).toBeUndefined();
    first?.release(served);
    (await waiting).release(served);
    second?.release(served);
    second?.release(served);
    expect(room.depth()).toEqual(idle);
    expect(clock.timers()).toEqual([]);
  });

  it("takes a place back once, however often it is released", async () => {
    const { room, acquire } = open();
    const first = await acquire("1");
    const second = acquire("2");
    const third = acquire("3");
    first.release(served);
    first.release({ isServed: false });
    await second;
    expect(room.depth()).toEqual({ waiting: 1, running: 1 });
    (await second).release(served);
    (await third).release(served);
    expect(room.depth()).toEqual(idle);
  });

  it("keeps a released place apart from a later one of the same id", async () => {
    const { room, acquire } = open();
    const first = await acquire("1");
    first.release(served);
    await acquire("1");
    first.release(served);
    expect(room.depth()).toEqual({ waiting: 0, running: 1 });
  });

  it("refuses beyond its bound with 429 and a time to come back", async () => {
    const { acquire, clock } = open({ maxSize: 1, assumedServiceMs: 5_000 });
    await acquire("1");
    void acquire("2");
    expect(await failure(acquire("3"))).toMatchObject({
      status: 429,
      type: "requests",
      code: "rate_limit_exceeded",
      retry: "never",
      headers: { "retry-after": "10" },
    });
    expect(clock.timers()).toEqual([1_000]);
  });

  it("tells a time to come back that real requests taught it, not those that failed", async () => {
    const { acquire, clock } = open({ maxSize: 0, assumedServiceMs: 5_000 });
    const first = await acquire("1");
    clock.passTo(30_000);
    first.release(served);
    const second = await acquire("2");
    clock.passTo(30_001);
    second.release({ isServed: false });
    await acquire("3");
    expect(await failure(acquire("4"))).toMatchObject({ headers: { "retry-after": "30" } });
  });

  it("ends a wait after max_wait with 503, and each in its own time", async () => {
    const { acquire, clock, room } = open();
    const first = await acquire("1");
    const second = failure(acquire("2"));
    clock.passTo(600);
    const third = failure(acquire("3"));
    clock.passTo(1_000);
    expect(await second).toMatchObject({ status: 503, code: "queue_timeout", type: "server_error" });
    expect(room.depth()).toEqual({ waiting: 1, running: 1 });
    expect(clock.timers()).toEqual([1_600]);
    clock.passTo(1_600);
    expect(await third).toMatchObject({ headers: { "retry-after": "5" } });
    first.release(served);
    expect(room.depth()).toEqual(idle);
  });

  it("sets a timer that rang too early again", async () => {
    const { acquire, clock } = open();
    await acquire("1");
    const second = failure(acquire("2"));
    clock.passTo(999, 1);
    expect(clock.timers()).toEqual([1_000]);
    clock.passTo(1_000);
    expect(await second).toMatchObject({ status: 503 });
  });

  it("lets a waiting client leave at once, and its turn pass to the next", async () => {
    const { acquire, clock, room } = open();
    const first = await acquire("1");
    const controller = new AbortController();
    const second = failure(acquire("2", controller.signal));
    const third = acquire("3");
    controller.abort();
    expect(room.depth()).toEqual({ waiting: 1, running: 1 });
    expect(await second).toMatchObject({ status: 499 });
    first.release(served);
    expect(await third).toMatchObject({ backend: "box" });
    (await third).release(served);
    expect(room.depth()).toEqual(idle);
    expect(clock.timers()).toEqual([]);
  });

  it("takes in nobody whose signal has aborted, and passes on why", async () => {
    const { acquire, room } = open();
    const why = queueFull(1);
    expect(await failure(acquire("1", AbortSignal.abort(why)))).toBe(why);
    expect(await failure(acquire("1", AbortSignal.abort()))).toBeInstanceOf(ProxyError);
    expect(room.depth()).toEqual(idle);
  });

  it("leaves a place with its holder when the signal aborts later", async () => {
    const { acquire, room } = open();
    const controller = new AbortController();
    const first = await acquire("1");
    const second = acquire("2", controller.signal);
    first.release(served);
    controller.abort();
    const place = await second;
    expect(room.depth()).toEqual({ waiting: 0, running: 1 });
    place.release({ isServed: false });
    expect(room.depth()).toEqual(idle);
  });

  it("holds waiters while no backend is available, and serves them when one returns", async () => {
    const { acquire, room, ticket } = open();
    room.setBackends([places("box", { isAvailable: false })]);
    const waiting = acquire("1");
    expect(room.positionOf("1")).toBe(1);
    expect(room.estimateWaitSeconds(ticket("1"))).toBe(Number.POSITIVE_INFINITY);
    room.setBackends([places("box")]);
    expect(await waiting).toMatchObject({ backend: "box" });
    expect(room.positionOf("1")).toBeUndefined();
  });

  it("loads a waiting model elsewhere when the patience for the box that has it is over", async () => {
    const { acquire, clock, room, ticket } = open({ modelPatienceMs: 100 });
    const oneModel = (name: string, model: string) =>
      places(name, { oneModelAtATime: true, loadedModels: [model] });
    room.setBackends([oneModel("box", "m"), oneModel("other", "n")]);
    const never = new AbortController().signal;
    const both = ["box", "other"];
    const first = await acquire("1");
    first.release(served);
    await room.acquire(ticket("2", { candidates: both }), never);
    const waiting = room.acquire(ticket("3", { candidates: both }), never);
    expect(clock.timers()).toEqual([100]);
    clock.passTo(100);
    expect(await waiting).toMatchObject({ backend: "other", waitedMs: 100 });
  });

  it("refuses an id that waits or runs already", async () => {
    const { acquire } = open();
    await acquire("1");
    expect(await failure(acquire("1"))).toMatchObject({ message: expect.stringContaining("already") });
  });
});
