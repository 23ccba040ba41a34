/** What waiters are told, and that ten thousand of them are no burden. */
import { describe, expect, it } from "vitest";
import { createScheduler } from "../../../src/route/queue/scheduler.ts";
import type { Ticket } from "../../../src/route/queue/ticket.ts";
import { places } from "./simulation.ts";

const ticket = (id: string, given: Partial<Ticket> = {}): Ticket => {
  return { id, key: "", priority: 0, model: "m", candidates: ["a"], ...given };
};

function withWaiting(tickets: readonly Ticket[], limit = 1) {
  const scheduler = createScheduler({ assumedServiceMs: 4_000, maxSize: 100_000 });
  scheduler.setBackends([places("a", { limit })], 0);
  for (let place = 0; place < limit; place++) scheduler.enqueue(ticket(`running-${place}`), 0);
  const admissions = tickets.map((waiting) => scheduler.enqueue(waiting, 0).admission);
  return { scheduler, admissions };
}

const flood = ["f1", "f2", "f3", "f4"].map((id) => ticket(id, { key: "flood" }));

describe("the position", () => {
  const cases: Record<string, { waiting: readonly Ticket[]; positions: Record<string, number> }> = {
    "counts from one": { waiting: flood, positions: { f1: 1, f2: 2, f4: 4 } },
    "counts the shares of the keys": {
      waiting: [...flood, ticket("ann", { key: "ann" }), ticket("ann2", { key: "ann" })],
      positions: { f1: 2, ann: 2, ann2: 4, f4: 6 },
    },
    "counts all of a higher class": {
      waiting: [...flood, ticket("high", { priority: 1, key: "ann" }), ticket("low", { priority: -1 })],
      positions: { high: 1, f1: 2, low: 6 },
    },
    "counts a key's models together": {
      waiting: [...flood.slice(0, 2), ticket("f3", { key: "flood", model: "other" })],
      positions: { f3: 3 },
    },
  };

  it.each(Object.entries(cases))("%s", (_name, { waiting, positions }) => {
    const { scheduler } = withWaiting(waiting);
    const told = Object.keys(positions).map((id) => [id, scheduler.positionOf(id)]);
    expect(Object.fromEntries(told)).toEqual(positions);
  });

  it("is told on entry, and moves up as others start or leave", () => {
    const { scheduler, admissions } = withWaiting(flood);
    expect(admissions).toEqual([1, 2, 3, 4].map((position) => ({ kind: "queued", position })));
    scheduler.release("running-0", {}, 1);
    scheduler.cancel("f2", 1);
    expect(scheduler.positionOf("f4")).toBe(2);
    expect(scheduler.positionOf("f1")).toBeUndefined();
    expect(scheduler.grantOf("f1")).toBe("a");
  });
});

describe("the expected wait", () => {
  it("takes the real service times once there are any, those of the model first", () => {
    const { scheduler } = withWaiting(flood, 2);
    const next = ticket("next", { key: "flood" });
    expect(scheduler.estimateWaitSeconds(next)).toBe(10);
    scheduler.release("running-0", { serviceMs: 2_000 }, 0);
    expect(scheduler.estimateWaitSeconds(next)).toBe(4);
    expect(scheduler.estimateWaitSeconds(ticket("f4", { key: "flood" }))).toBe(3);
    scheduler.release("running-1", { serviceMs: 1_000 }, 0);
    expect(scheduler.estimateWaitSeconds(next)).toBeCloseTo(2.7);
  });

  it("has no end where no candidate is available, and a refusal names a time all the same", () => {
    const scheduler = createScheduler({ maxSize: 0 });
    expect(scheduler.estimateWaitSeconds(ticket("1"))).toBe(Number.POSITIVE_INFINITY);
    expect(scheduler.enqueue(ticket("1"), 0).admission).toEqual({ kind: "full", retryAfterSeconds: 60 });
  });
});

describe("ten thousand waiting tickets", () => {
  const many = 10_000;
  const load = (keyOf: (index: number) => string) => {
    const scheduler = createScheduler({ maxSize: many });
    const names = ["a", "b", "c"];
    scheduler.setBackends(
      names.map((name) => places(name)),
      0,
    );
    for (let index = 0; index < many; index++) {
      const [model, priority] = [`m${index % 4}`, index % 3];
      scheduler.enqueue(
        ticket(String(index), { key: keyOf(index), model, priority, candidates: names }),
        index,
      );
    }
    return scheduler;
  };

  it.each([
    ["of one key", () => "flood"],
    ["of as many keys", (index: number) => String(index)],
  ])("%s come and go within a second or two", (_name, keyOf) => {
    const startedAt = performance.now();
    const scheduler = load(keyOf);
    const granted = [...Array(3).keys()].map(String);
    for (let index = 3; index < many; index += 10) scheduler.cancel(String(index), many);
    for (let id = granted.pop(); id !== undefined; id = granted.pop()) {
      for (const decision of scheduler.release(id, { serviceMs: 5 }, many)) granted.push(decision.id);
    }
    expect(scheduler.depth()).toEqual({ waiting: 0, running: 0 });
    // A choice that walked over all of them would take a minute.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
