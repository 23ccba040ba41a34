/** Leases live as long as their work, by one timer, and no longer. */
import { beforeEach, describe, expect, it } from "vitest";
import { createLeaseKeeper, type LeaseKeeper } from "../../src/store/lease-keeper.ts";
import { createMemoryState } from "../../src/store/memory-state.ts";
import { createFakeClock, createFakeRuntime, type FakeClock } from "../support/fake-runtime.ts";
import { recordingLog } from "../support/test-app.ts";
import { type HeldBackState, holdBack } from "./held-back-state.ts";

let clock: FakeClock;
let state: HeldBackState;
let log: ReturnType<typeof recordingLog>;
beforeEach(() => {
  clock = createFakeClock();
  state = holdBack(createMemoryState(1_000, clock.now));
  log = recordingLog();
});

const startKeeper = (processId: string, sharesPromises = true): LeaseKeeper =>
  createLeaseKeeper(state, createFakeRuntime(clock, { log, sharesPromises }), processId, 9_000);

const renewals = () => state.asked.filter((name) => name === "renewLeases").length;

describe("a keeper of leases", () => {
  it("renews all in one round trip, three times in a lease's life", async () => {
    const keeper = startKeeper("one");
    for (const name of ["a", "a", "b"]) expect(await keeper.take(name, 2)).toBeDefined();
    expect(clock.pending).toBe(1);
    await clock.advance(90_000);
    expect(renewals()).toBe(30);
    expect(await startKeeper("other").take("a", 2)).toBeUndefined();
    expect(log.events).toEqual([]);
  });

  it("lets a dead process's leases lapse", async () => {
    await state.acquireLease({ name: "a", holderId: "dead", ttlMs: 9_000 }, 1);
    const keeper = startKeeper("one");
    expect(await keeper.take("a", 1)).toBeUndefined();
    await clock.advance(9_000);
    expect(await keeper.take("a", 1)).toBeDefined();
  });

  it("frees a place when it is released, once, and sets no timer for nothing", async () => {
    const keeper = startKeeper("one");
    const held = await keeper.take("a", 1);
    await held?.release();
    expect(await keeper.take("a", 1)).toBeDefined();
    await held?.release();
    expect(await keeper.take("a", 1)).toBeUndefined();
    await keeper.releaseAll();
    await clock.advance(9_000);
    expect(clock.pending).toBe(0);
    expect(renewals()).toBe(0);
  });

  it("frees a place that is released while it is renewed", async () => {
    const keeper = startKeeper("one");
    const held = await keeper.take("a", 1);
    const advanced = clock.advance(3_000);
    await held?.release();
    await advanced;
    expect(await startKeeper("other").take("a", 1)).toBeDefined();
  });

  it("keeps a waiter's place in the line from its first try on, until it leaves", async () => {
    const [one, other] = [startKeeper("one"), startKeeper("other")];
    const turn = { key: "a", priority: 0, lapseMs: 1_000 };
    const [first, second] = [one.queue("a", turn), other.queue("a", turn)];
    const held = await one.take("a", 1);
    for (const waiter of [first, second]) expect(await waiter.take(1)).toBeUndefined();
    await held?.release();
    expect(await second.take(1)).toBeUndefined();
    await first.leave();
    const place = await second.take(1);
    expect(place).toBeDefined();
    await second.leave();
    expect(await first.take(1)).toBeUndefined();
    await place?.release();
    expect(await first.take(1)).toBeDefined();
  });

  it("releases all at the end, in one round trip", async () => {
    const keeper = startKeeper("one");
    for (const name of ["a", "b", "c"]) await keeper.take(name, 1);
    await keeper.releaseAll();
    expect(state.asked.filter((name) => name === "releaseLeases")).toHaveLength(1);
    const other = startKeeper("other");
    for (const name of ["a", "b", "c"]) expect(await other.take(name, 1)).toBeDefined();
  });

  it("tells of leases that had lapsed, and holds them again", async () => {
    const keeper = startKeeper("one");
    await keeper.take("a", 1);
    await state.releaseLeases([{ name: "a", holderId: "one-1", ttlMs: 9_000 }]);
    await clock.advance(3_000);
    expect(log.events).toEqual([{ level: "warn", event: "lease-lapsed", fields: { leases: 1 } }]);
    expect(await startKeeper("other").take("a", 1)).toBeUndefined();
  });

  it("renews each by a timer of its own where a timer ends with its request", async () => {
    const keeper = startKeeper("one", false);
    const held = await Promise.all([keeper.take("a", 2), keeper.take("a", 2)]);
    expect(clock.pending).toBe(2);
    await clock.advance(30_000);
    expect(await startKeeper("other").take("a", 2)).toBeUndefined();
    for (const one of held) await one?.release();
    await clock.advance(3_000);
    expect(clock.pending).toBe(0);
  });
});
