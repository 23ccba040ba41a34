import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import { createPool, listedModels } from "../../src/route/pool.ts";
import { selectBackend } from "../../src/route/select.ts";

const plan = createPlan(
  parseConfig({
    backends: { a: { url: "http://a" }, b: { url: "http://b" }, c: { url: "http://c", type: "auto" } },
  }),
);
const [a, b, c] = plan.backends as [BackendPlan, BackendPlan, BackendPlan];
const clock = { now: () => 0, random: () => 0.5 };
const models = (...ids: string[]) => ({
  models: ids.map((id) => ({ id, kind: undefined, isLoaded: undefined })),
});

describe("the pool", () => {
  it("counts what runs until it ends, or for as long as it is told where nobody says that it ended", () => {
    let time = 0;
    const [kept, lapsing] = [{}, { lapseMs: 1_000 }].map((more) =>
      createPool({ ...clock, now: () => time, ...more }),
    );
    const inFlight = () => [kept, lapsing].map((pool) => pool?.snapshot(plan)[0]?.inFlight);
    const ends = [kept, lapsing].map((pool) => pool?.begin(a));
    time = 600;
    for (const pool of [kept, lapsing]) pool?.begin(a);
    expect(inFlight()).toEqual([2, 2]);
    time = 1_000;
    expect(inFlight()).toEqual([2, 1]);
    for (const running of ends) running?.end({ outcome: "success" });
    expect(inFlight()).toEqual([1, 1]);
    time = 1_600;
    expect(inFlight()).toEqual([1, 0]);
  });

  it("knows nothing at first", () => {
    expect(
      createPool(clock)
        .snapshot(plan)
        .map(({ status }) => status),
    ).toEqual(["unknown", "unknown", "unknown"]);
    expect(listedModels(createPool(clock).snapshot(plan))).toBeUndefined();
  });

  it("keeps the models of a backend that went down", () => {
    const pool = createPool(clock);
    pool.reportModels(a, models("x"), 5);
    pool.reportDown(a, "gone", 6);
    expect(pool.snapshot(plan)[0]).toMatchObject({ status: "down", problem: "gone", checkedAt: 6 });
    expect(listedModels(pool.snapshot(plan))?.map(({ id }) => id)).toEqual(["x"]);
  });

  it("takes an answer for a sign of life", () => {
    const pool = createPool(clock);
    pool.reportDown(a, "gone", 6);
    pool.reportTraffic(a, undefined);
    expect(pool.snapshot(plan)[0]).toMatchObject({ status: "up", problem: undefined });
  });

  it("calls off who waits for a box only where it is told to, and once", () => {
    const pool = createPool(clock);
    const heard: string[] = [];
    pool.onDown(a, (problem) => heard.push(problem));
    pool.onDown(a, () => heard.push("no longer"))();
    pool.reportDown(a, "slow", 6);
    expect(heard).toEqual([]);
    pool.callOff(a, "gone");
    pool.callOff(a, "still gone");
    expect(heard).toEqual(["gone"]);
  });

  it("counts what runs, and each end once", () => {
    const pool = createPool(clock);
    const running = pool.begin(a);
    pool.begin(a);
    running.end({ outcome: "success" });
    running.end({ outcome: "success" });
    expect(pool.snapshot(plan)[0]?.inFlight).toBe(1);
  });

  it("keeps its state over a reload, but not where a name moves to another box", () => {
    const pool = createPool(clock);
    pool.reportModels(a, models("x"), 5);
    const reloaded = createPlan(
      parseConfig({ backends: { a: { url: "http://a" }, b: { url: "http://elsewhere" } } }),
    );
    expect(pool.snapshot(reloaded).map(({ status }) => status)).toEqual(["up", "unknown"]);
  });

  it("learns the type of a backend that is to be asked for it, and of no other", () => {
    const pool = createPool(clock);
    pool.reportModels(c, { ...models("x"), type: "vllm" }, 5);
    pool.reportModels(b, { ...models("x"), type: "vllm" }, 5);
    expect(pool.snapshot(plan).map(({ backend }) => backend.type)).toEqual(["lmstudio", "lmstudio", "vllm"]);
  });

  it("lists each model once, as loaded if it is so anywhere", () => {
    const pool = createPool(clock);
    pool.reportModels(a, { models: [{ id: "x", kind: "chat", isLoaded: false }] }, 5);
    pool.reportModels(b, { models: [{ id: "x", kind: "chat", isLoaded: true }] }, 5);
    expect(listedModels(pool.snapshot(plan))).toEqual([{ id: "x", kind: "chat", isLoaded: true }]);
  });
});

describe("selectBackend", () => {
  it("takes the first while nothing is known", () => {
    expect(selectBackend("x", createPool(clock).snapshot(plan))?.name).toBe("a");
  });

  it("prefers one that is not down, then one that has the model", () => {
    const pool = createPool(clock);
    pool.reportModels(a, models("y"), 1);
    pool.reportModels(b, models("pub/x"), 1);
    expect(selectBackend("x", pool.snapshot(plan))?.name).toBe("b");
    pool.reportDown(b, "gone", 2);
    expect(selectBackend("x", pool.snapshot(plan))?.name).toBe("a");
    pool.reportDown(a, "gone", 2);
    pool.reportDown(c, "gone", 2);
    expect(selectBackend("x", pool.snapshot(plan))?.name).toBe("b");
  });

  it("takes none of none", () => {
    expect(selectBackend("x", [])).toBeUndefined();
  });
});
