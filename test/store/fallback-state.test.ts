/** What is shared goes and comes: nothing rejects, this process goes on alone, and tells what it did once it is not alone. */
import { beforeEach, describe, expect, it } from "vitest";
import { createFallbackState } from "../../src/store/fallback-state.ts";
import { createMemoryState } from "../../src/store/memory-state.ts";
import type { Lease, SharedState, StateOperations } from "../../src/store/shared-state.ts";
import {
  createFakeClock,
  createFakeRuntime,
  type FakeClock,
  settlePromises,
} from "../support/fake-runtime.ts";
import { recordingLog } from "../support/test-app.ts";
import { type HeldBackState, holdBack } from "./held-back-state.ts";

let clock: FakeClock;
let log: ReturnType<typeof recordingLog>;
/** What all replicas share. */
let redis: StateOperations;

interface Replica {
  readonly state: SharedState;
  readonly link: HeldBackState;
}

function startReplica(sharesPromises = true): Replica {
  const link = holdBack(redis);
  const runtime = createFakeRuntime(clock, { log, sharesPromises, random: () => 0.5 });
  const local = createMemoryState(1_000_000, clock.now);
  return { link, state: createFallbackState({ shared: link, local, runtime, timeoutMs: 250 }) };
}

beforeEach(() => {
  clock = createFakeClock();
  log = recordingLog();
  redis = createMemoryState(1_000_000, clock.now);
});

const lease = (holderId: string, name = "box"): Lease => ({ name, holderId, ttlMs: 60_000 });

async function loseIt({ state, link }: Replica): Promise<void> {
  link.mode = "gone";
  await state.getRecord("anything");
  expect(state.status().mode).toBe("local");
}

async function findIt({ state, link }: Replica): Promise<void> {
  link.mode = "here";
  await clock.advance(10_000);
  expect(state.status()).toEqual({ mode: "shared" });
}

describe("while what is shared is there", () => {
  it("answers from it, for all replicas", async () => {
    const [one, other] = [startReplica(), startReplica()];
    await one.state.set("text", "1", 1_000);
    await one.state.setRecord("record", "2", 1_000);
    expect(await one.state.takePoints("key", 2, 3, 1_000)).toMatchObject({ allowed: true });
    expect(await one.state.acquireLease(lease("a"), 1)).toBe(true);
    expect(await other.state.get("text")).toBe("1");
    expect(await other.state.getRecord("record")).toBe("2");
    expect(await other.state.takePoints("key", 2, 3, 1_000)).toMatchObject({ allowed: false });
    expect(await other.state.acquireLease(lease("b"), 1)).toBe(false);
    await one.state.releaseLeases([lease("a")]);
    expect(await other.state.acquireLease(lease("b"), 1)).toBe(true);
    expect(one.state.status()).toEqual({ mode: "shared" });
    expect(log.events).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe("an operation while what is shared is gone", () => {
  const operations: readonly (readonly [string, (state: SharedState) => Promise<unknown>, unknown])[] = [
    ["get", (state) => state.get("text"), undefined],
    ["set", (state) => state.set("text", "1", 1_000), undefined],
    ["delete", (state) => state.delete("text"), false],
    [
      "takePoints",
      (state) => state.takePoints("key", 1, 3, 500),
      { allowed: true, remaining: 2, resetMs: 500 },
    ],
    ["acquireLease", (state) => state.acquireLease(lease("a"), 1), true],
    ["renewLeases", (state) => state.renewLeases([lease("a")]), [false]],
    ["releaseLeases", (state) => state.releaseLeases([lease("a")]), undefined],
    ["getRecord", (state) => state.getRecord("record"), undefined],
    ["setRecord", (state) => state.setRecord("record", "1", 1_000), undefined],
  ];

  it.each(operations)("%s is answered from memory, at once", async (_name, operation, answer) => {
    const { state, link } = startReplica();
    link.mode = "gone";
    expect(await operation(state)).toEqual(answer);
    expect(state.status()).toEqual({ mode: "local", since: clock.now(), problem: "there is no connection" });
    const asked = link.asked.length;
    await operation(state);
    expect(link.asked).toHaveLength(asked);
  });

  it.each(operations)(
    "%s is answered from memory, once nothing came in time",
    async (_name, operation, answer) => {
      const { state, link } = startReplica();
      link.mode = "silent";
      const start = clock.now();
      const answered = operation(state).then((value) => ({ value, after: clock.now() - start }));
      await settlePromises();
      await clock.advance(10);
      await clock.advance(300);
      const { value, after } = await answered;
      expect(value).toEqual(answer);
      expect(after).toBeLessThanOrEqual(250);
      expect(state.status()).toMatchObject({ problem: "no answer within 250 milliseconds" });
    },
  );
});

describe("a loss", () => {
  it("is told once, and its end too, however many operations meet it", async () => {
    const replica = startReplica();
    replica.link.mode = "gone";
    await Promise.all(Array.from({ length: 50 }, () => replica.state.takePoints("key", 1, 100, 60_000)));
    await clock.advance(30_000);
    await findIt(replica);
    expect(log.events.map(({ level, event }) => [level, event])).toEqual([
      ["warn", "state-degraded"],
      ["warn", "state-recovered"],
    ]);
    expect(clock.pending).toBe(0);
  });

  it("is probed with growing pauses up to five seconds, and no operation waits for it", async () => {
    const replica = startReplica();
    await loseIt(replica);
    const seen: number[] = [];
    const start = clock.now();
    while (clock.now() - start < 30_000) {
      const before = replica.link.asked.length;
      await clock.advance(10);
      if (replica.link.asked.length > before) seen.push(clock.now() - start);
    }
    const pauses = seen.map((time, index) => time - (seen[index - 1] ?? 0));
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000]);
  });

  it("is not begun anew by an answer that was asked for before the recovery", async () => {
    const replica = startReplica();
    replica.link.mode = "silent";
    const slow = replica.state.get("text");
    await clock.advance(200);
    replica.link.mode = "gone";
    await replica.state.get("text");
    replica.link.mode = "here";
    await clock.advance(130);
    await slow;
    expect(replica.state.status().mode).toBe("shared");
  });

  it("is probed by the operations themselves where no timer outlives a request", async () => {
    const replica = startReplica(false);
    await loseIt(replica);
    expect(clock.pending).toBe(0);
    replica.link.mode = "here";
    await redis.set("text", "1", 60_000);
    expect(await replica.state.get("text")).toBeUndefined();
    await clock.advance(101);
    expect(await replica.state.get("text")).toBe("1");
    expect(replica.state.status().mode).toBe("shared");
  });

  it("is probed no more after the end", async () => {
    const replica = startReplica();
    await loseIt(replica);
    replica.link.mode = "here";
    await replica.state.close();
    expect(clock.pending).toBe(0);
  });
});

describe("leases over a loss", () => {
  it("of this process count locally from the first moment", async () => {
    const replica = startReplica();
    await replica.state.acquireLease(lease("a"), 2);
    await loseIt(replica);
    expect(await replica.state.acquireLease(lease("b"), 2)).toBe(true);
    expect(await replica.state.acquireLease(lease("c"), 2)).toBe(false);
  });

  it("count for all replicas again from the recovery on, even where what is shared forgot them", async () => {
    const [one, other] = [startReplica(), startReplica()];
    await one.state.acquireLease(lease("a"), 2);
    await loseIt(one);
    await one.state.acquireLease(lease("b"), 2);
    await redis.releaseLeases([lease("a")]);
    await findIt(one);
    expect(await other.state.acquireLease(lease("c"), 2)).toBe(false);
    await one.state.releaseLeases([lease("a"), lease("b")]);
    expect(await other.state.acquireLease(lease("c"), 1)).toBe(true);
  });

  it("that were released meanwhile do not come back", async () => {
    const replica = startReplica();
    await loseIt(replica);
    await replica.state.acquireLease(lease("a"), 1);
    await replica.state.releaseLeases([lease("a")]);
    expect(await replica.state.acquireLease(lease("b"), 1)).toBe(true);
    await replica.state.releaseLeases([lease("b")]);
    await findIt(replica);
    expect(await redis.acquireLease(lease("c"), 1)).toBe(true);
  });
});

describe("stored texts over a loss", () => {
  it("that this process stored are found while it is alone, and where what is shared lost them", async () => {
    const replica = startReplica();
    await replica.state.set("text", "1", 60_000);
    await loseIt(replica);
    expect(await replica.state.get("text")).toBe("1");
    await redis.delete("text");
    await findIt(replica);
    expect(await replica.state.get("text")).toBe("1");
  });

  it("that were stored meanwhile are there for other replicas afterwards", async () => {
    const [one, other] = [startReplica(), startReplica()];
    await loseIt(one);
    await one.state.set("text", "1", 60_000);
    expect(await other.state.get("text")).toBeUndefined();
    await findIt(one);
    expect(await other.state.get("text")).toBe("1");
  });

  it("that were deleted meanwhile are gone for other replicas afterwards", async () => {
    const [one, other] = [startReplica(), startReplica()];
    await one.state.set("text", "1", 60_000);
    await loseIt(one);
    expect(await one.state.delete("text")).toBe(true);
    expect(await one.state.get("text")).toBeUndefined();
    await findIt(one);
    expect(await other.state.get("text")).toBeUndefined();
    expect(await one.state.get("text")).toBeUndefined();
  });

  it("that another replica deleted are not brought back by the copy of this one", async () => {
    const [one, other] = [startReplica(), startReplica()];
    await one.state.set("text", "1", 60_000);
    expect(await other.state.delete("text")).toBe(true);
    expect(await one.state.get("text")).toBeUndefined();
  });
});
