/** One request of each key past the local queue: which, and which not. */
import { beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import { letOnePast } from "../../src/pipeline/past-queue.ts";
import type { Places } from "../../src/pipeline/places.ts";
import type { Place } from "../../src/route/queue/waiting-room.ts";
import { createWaitingRoom } from "../../src/route/queue/waiting-room.ts";
import { createFakeClock, settlePromises } from "../support/fake-runtime.ts";
import { exchangeOf } from "./exchange.ts";

let places: Places;
let local: Places;
let held: Map<string, Place>;
beforeEach(() => {
  const clock = createFakeClock();
  const backends = ["box", "other", "one-model"];
  const room = createWaitingRoom({ maxWaitMs: 5_000 }, clock);
  room.setBackends(
    backends.map((name) => ({
      name,
      limit: 1,
      isAvailable: true,
      oneModelAtATime: name === "one-model",
      loadedModels: undefined,
    })),
  );
  let tickets = 0;
  local = {
    take(candidates, { exchange }, signal) {
      const { principal: key = "", priority } = exchange;
      return room.acquire({ id: `${tickets++}`, key, priority, model: undefined, candidates }, signal);
    },
    depth: room.depth,
    running: room.running,
  };
  const url = "http://box";
  const plan = createPlan(
    parseConfig({
      backends: { box: { url }, other: { url }, "one-model": { url, one_model_at_a_time: true } },
    }),
  );
  places = letOnePast(local, plan, { now: clock.now, limitOf: () => 1 });
  held = new Map();
});

/** `id` is the key's letter and a number. */
async function ask(id: string, candidates: readonly string[] = ["box"], client = new AbortController()) {
  const wish = { exchange: exchangeOf(id.charAt(0)), model: undefined };
  places.take(candidates, wish, client.signal).then(
    (place) => held.set(id, place),
    () => {},
  );
  await settlePromises();
}

async function end(id: string): Promise<void> {
  held.get(id)?.release({ isServed: true });
  held.delete(id);
  await settlePromises();
}

const goingOn = () => [...held.keys()].join(" ");

describe("where a box is busy", () => {
  it("one request of each key goes on, and the next of the key after it", async () => {
    for (const id of ["a1", "a2", "a3", "a4", "b1", "b2"]) await ask(id);
    expect(goingOn()).toBe("a1 a2 b1");
    expect([places.running("box"), local.running("box")]).toEqual([3, 1]);
    expect(places.depth()).toEqual({ waiting: 3, running: 3 });
    await end("b1");
    expect(goingOn()).toBe("a1 a2 b2");
    await end("a2");
    expect(goingOn()).toBe("a1 b2 a3");
    await end("a1");
    expect(goingOn()).toBe("b2 a3 a4");
    for (const id of ["b2", "a3", "a4"]) await end(id);
    expect(places.depth()).toEqual({ waiting: 0, running: 0 });
  });

  it("a place that is given back twice lets one go on", async () => {
    for (const id of ["a1", "a2", "b1", "b2", "b3"]) await ask(id);
    const b1 = held.get("b1");
    await end("b1");
    b1?.release({ isServed: true });
    await settlePromises();
    expect(goingOn()).toBe("a1 a2 b2");
  });

  it("one whose client left is passed over", async () => {
    const client = new AbortController();
    for (const id of ["a1", "b1"]) await ask(id);
    await ask("b2", ["box"], client);
    await ask("b3");
    client.abort();
    await end("b1");
    expect(goingOn()).toBe("a1 b3");
  });

  it.each([
    ["one that several boxes may take", ["box", "other"], ["box", "other"]],
    ["one for a box that holds one model at a time", ["one-model"], ["one-model"]],
  ])("%s waits in the queue", async (_name, candidates, busy) => {
    for (const [index, name] of busy.entries()) await ask(`a${index}`, [name]);
    await ask("b1", candidates);
    expect(held.has("b1")).toBe(false);
    await end("a0");
    expect(held.has("b1")).toBe(true);
  });

  it("so many go on and no more", async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `${String.fromCodePoint(0x4e00 + index)}1`);
    for (const id of keys) await ask(id);
    expect(held.size).toBe(33);
    expect(places.depth()).toEqual({ waiting: 7, running: 33 });
    for (let ends = 0; ends < 40; ends++) await end([...held.keys()][0] ?? "");
    expect(places.depth()).toEqual({ waiting: 0, running: 0 });
  });
});
