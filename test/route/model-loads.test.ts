import type { StopSignal } from "../../src/stop-signal.ts";
import { describe, expect, it } from "vitest";
import { badGateway, type ProxyError } from "../../src/errors.ts";
import { formatLoadProgress } from "../../src/route/load-progress.ts";
import { createModelLoads, type ModelLoadsParts } from "../../src/route/model-loads.ts";
import { createFakeClock, settlePromises } from "../support/fake-runtime.ts";

const target = { backend: "gpu1", model: "qwen3-8b" };
const failure = badGateway("No room.", "model_load_failed");
const stays = () => new AbortController().signal;
/** Every outcome as a word. */
const outcomeOf = (ready: Promise<void>) =>
  ready.then(
    () => "ready",
    (error: ProxyError) => error.code,
  );

function loadsWith(options: Partial<ModelLoadsParts> = {}) {
  const clock = createFakeClock();
  const loads = createModelLoads({ now: clock.now, sharesPromises: true, ...options });
  const begun: { signal: StopSignal; end: () => void; fail: (error: unknown) => void }[] = [];
  const begin = (signal: StopSignal) =>
    new Promise<void>((resolve, reject) => {
      begun.push({ signal, end: resolve, fail: reject });
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
  const join = (signal = stays(), of: { backend: string; model?: string } = target) =>
    loads.join(of, begin, signal);
  /** One whole load that takes so long. */
  async function loadFor(milliseconds: number): Promise<void> {
    const { ready } = join();
    await clock.advance(milliseconds);
    begun.at(-1)?.end();
    await ready;
  }
  return { loads, clock, begun, begin, join, loadFor };
}

describe("a load", () => {
  it("is one for a hundred waiters", async () => {
    const { begun, join } = loadsWith();
    const waiting = Array.from({ length: 100 }, () => outcomeOf(join().ready));
    expect(begun).toHaveLength(1);
    begun[0]?.end();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["ready"]));
  });

  it("is another one for another model or another backend", () => {
    const { begun, join } = loadsWith();
    join();
    join(stays(), { backend: "gpu1", model: "other" });
    join(stays(), { backend: "gpu2", model: "qwen3-8b" });
    join(stays(), { backend: "gpu1" });
    expect(begun).toHaveLength(4);
  });

  it("goes on while one still waits, and is called off when the last leaves", async () => {
    const { begun, join, loads } = loadsWith();
    const [first, second] = [new AbortController(), new AbortController()];
    const outcomes = [outcomeOf(join(first.signal).ready), outcomeOf(join(second.signal).ready)];
    first.abort();
    expect(begun[0]?.signal.aborted).toBe(false);
    second.abort();
    expect(begun[0]?.signal.aborted).toBe(true);
    expect(await Promise.all(outcomes)).toEqual(["client_closed_request", "client_closed_request"]);
    expect(loads.running()).toEqual([]);
  });

  it("begins anew for who comes when all have left, even before the abort has come through", async () => {
    const { begun, join } = loadsWith();
    const leaver = new AbortController();
    join(leaver.signal);
    leaver.abort();
    const { ready } = join();
    expect(begun).toHaveLength(2);
    begun[1]?.end();
    expect(await outcomeOf(ready)).toBe("ready");
  });

  it("is not begun for a waiter who is gone already", async () => {
    const { begun, join } = loadsWith();
    expect(await outcomeOf(join(AbortSignal.abort()).ready)).toBe("client_closed_request");
    expect(begun).toHaveLength(0);
  });

  it("is not called off by one who leaves after it has ended", async () => {
    const { begun, join } = loadsWith();
    const leaver = new AbortController();
    const { ready } = join(leaver.signal);
    begun[0]?.end();
    await ready;
    leaver.abort();
    expect(begun[0]?.signal.aborted).toBe(false);
  });
});

describe("a failed load", () => {
  it("tells all waiters the same, and for a moment those who come after", async () => {
    const { begun, join, clock } = loadsWith();
    const waiting = Array.from({ length: 50 }, () => outcomeOf(join().ready));
    begun[0]?.fail(failure);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["model_load_failed"]));
    await clock.advance(4_999);
    const late = join();
    await expect(late.ready).rejects.toBe(failure);
    expect(late.progress()).toBeUndefined();
    expect(begun).toHaveLength(1);
    await clock.advance(1);
    join();
    expect(begun).toHaveLength(2);
  });

  it("keeps nobody from another model", async () => {
    const { begun, join } = loadsWith();
    const { ready } = join();
    begun[0]?.fail(failure);
    await outcomeOf(ready);
    join(stays(), { backend: "gpu1", model: "other" });
    expect(begun).toHaveLength(2);
  });

  it("is not remembered where it was only called off", async () => {
    const { begun, join } = loadsWith();
    const leaver = new AbortController();
    await Promise.all([outcomeOf(join(leaver.signal).ready), Promise.resolve(leaver.abort())]);
    await settlePromises();
    join();
    expect(begun).toHaveLength(2);
  });

  it("is an internal error where the loader threw something else", async () => {
    const { begun, join } = loadsWith();
    const { ready } = join();
    begun[0]?.fail(new Error("a secret"));
    await expect(ready).rejects.toMatchObject({
      status: 500,
      message: expect.not.stringContaining("secret"),
    });
  });
});

describe("a request that loads the model by asking for it", () => {
  it.each([true, false])("lets the others go when it has ended (loaded: %s)", async (hasLoaded) => {
    const { loads, begun, join, clock } = loadsWith();
    const leader = loads.track(target);
    await clock.advance(7_000);
    const leaver = new AbortController();
    const left = outcomeOf(join(leaver.signal).ready);
    leaver.abort();
    const follower = join();
    expect(follower.progress()).toMatchObject({ state: "loading", sinceMs: 7_000 });
    expect(leader.progress()).toEqual(follower.progress());
    leader.end(hasLoaded);
    expect(await Promise.all([left, outcomeOf(follower.ready)])).toEqual(["client_closed_request", "ready"]);
    expect([begun.length, loads.running().length, leader.progress()]).toEqual([0, 0, undefined]);
    expect(join().progress()?.expectedMs).toBe(hasLoaded ? 7_000 : undefined);
  });

  it("does not push a load aside that runs already", () => {
    const { loads, begun, join } = loadsWith();
    join();
    loads.track(target).end(true);
    expect(loads.running()).toHaveLength(1);
    join();
    expect(begun).toHaveLength(1);
  });
});

describe("where requests may not share promises", () => {
  it("each begins its own load, and still hears of an earlier failure", async () => {
    const { begun, join, loads, clock } = loadsWith({ sharesPromises: false });
    const [first, second] = [join(), join()];
    await clock.advance(3_000);
    expect([begun.length, loads.running().length, second.progress()?.sinceMs]).toEqual([2, 0, 3_000]);
    begun[0]?.end();
    expect(await outcomeOf(first.ready)).toBe("ready");
    begun[1]?.fail(failure);
    expect(await outcomeOf(second.ready)).toBe("model_load_failed");
    expect(await outcomeOf(join().ready)).toBe("model_load_failed");
    expect(begun).toHaveLength(2);
  });
});

describe("the progress of a load", () => {
  it("counts from its beginning, for those who came later too", async () => {
    const { clock, begun, join } = loadsWith();
    const first = join();
    await clock.advance(12_000);
    const second = join();
    const expected = { state: "loading", target, sinceMs: 12_000, expectedMs: undefined };
    expect([first.progress(), second.progress()]).toEqual([expected, expected]);
    begun[0]?.end();
    await first.ready;
    expect(first.progress()).toBeUndefined();
  });

  it("expects what earlier loads took, the newest counting three tenths", async () => {
    const { loadFor, join } = loadsWith();
    await loadFor(20_000);
    expect(join().progress()?.expectedMs).toBe(20_000);
    const other = loadsWith();
    await other.loadFor(20_000);
    await other.loadFor(30_000);
    expect(other.join().progress()?.expectedMs).toBe(23_000);
  });

  it("is told of every load that runs", async () => {
    const { loads, join, clock } = loadsWith();
    join();
    await clock.advance(1_000);
    join(stays(), { backend: "gpu2" });
    expect(
      loads.running().map(({ state, target: { backend }, sinceMs }) => [state, backend, sinceMs]),
    ).toEqual([
      ["loading", "gpu1", 1_000],
      ["waking", "gpu2", 0],
    ]);
  });

  it.each([
    [
      { state: "loading", target, sinceMs: 12_300, expectedMs: 20_000 },
      "loading qwen3-8b on gpu1, 12 s of about 20 s",
    ],
    [{ state: "loading", target, sinceMs: 25_000, expectedMs: 20_000 }, "loading qwen3-8b on gpu1, 25 s"],
    [{ state: "loading", target, sinceMs: 400, expectedMs: undefined }, "loading qwen3-8b on gpu1, 0 s"],
    [
      { state: "waking", target: { backend: "gpu1" }, sinceMs: 9_000, expectedMs: 40_000 },
      "waking gpu1, 9 s of about 40 s",
    ],
    [
      {
        state: "loading",
        target: { backend: "g", model: "a\n\ndata: {}\r\u2028b" },
        sinceMs: 0,
        expectedMs: undefined,
      },
      "loading a data: {} b on g, 0 s",
    ],
  ] as const)("%j reads %s", (progress, line) => {
    expect(formatLoadProgress(progress)).toBe(line);
  });
});
