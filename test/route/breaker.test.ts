import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  admits,
  type BreakerEvent,
  type BreakerState,
  createBreakerState,
  defaultBreakerSettings,
  stepBreaker,
  waitUntilAdmitted,
} from "../../src/route/breaker.ts";

const settings = { ...defaultBreakerSettings, jitterShare: 0, cooldownMs: 1_000, maxCooldownMs: 5_000 };
const middle = () => 0.5;

function step(state: BreakerState, event: BreakerEvent, now: number): BreakerState {
  return stepBreaker(state, event, now, middle, settings);
}

function end(state: BreakerState, outcome: "success" | "failure" | "neutral", now: number): BreakerState {
  return step(state, { type: "end", generation: state.generation, outcome }, now);
}

function endAll(outcomes: string, now = 0): BreakerState {
  const words = { s: "success", f: "failure", n: "neutral" } as const;
  let state = createBreakerState(0);
  for (const letter of outcomes) {
    if (letter === "s" || letter === "f" || letter === "n") state = end(state, words[letter], now);
  }
  return state;
}

/** Opened at 0, so that its first trial is due at 1,000. */
const opened = endAll("fff");

describe("a closed breaker", () => {
  const cases: readonly (readonly [string, string, BreakerState["phase"]])[] = [
    ["stays closed at first", "", "closed"],
    ["bears two failures", "ff", "closed"],
    ["opens at the third in a row", "fff", "open"],
    ["begins anew after a success", "ffsff", "closed"],
    ["counts on over what tells nothing", "ffnf", "open"],
    ["opens when half of ten fail, though never three in a row", "sfsfsfsfsf", "open"],
    ["bears a third of failures", "ssfssfssfssf", "closed"],
    ["draws nothing from nine requests", "sfsfsfsfs", "closed"],
  ];
  it.each(cases)("%s", (_, outcomes, phase) => {
    expect(endAll(outcomes).phase).toBe(phase);
  });

  it("forgets failures of an older window", () => {
    let state = createBreakerState(0);
    for (const letter of "sfsfsfsf") state = end(state, letter === "f" ? "failure" : "success", 0);
    state = end(end(state, "success", 30_000), "failure", 30_000);
    expect(state.phase).toBe("closed");
  });

  it("counts a check that finds nobody, and is not moved by one that finds somebody", () => {
    let state = endAll("ff");
    state = step(state, { type: "check", isAlive: true }, 0);
    expect(state).toEqual(endAll("ff"));
    expect(step(state, { type: "check", isAlive: false }, 0).phase).toBe("open");
  });
});

describe("an open breaker", () => {
  it("admits nobody before its time, then one trial", () => {
    expect([admits(opened, 999), admits(opened, 1_000)]).toEqual([false, true]);
    expect(waitUntilAdmitted(opened, 400)).toBe(600);
    const trial = step(opened, { type: "begin" }, 1_000);
    expect(trial.phase).toBe("half-open");
    expect([admits(trial, 1_000), admits(trial, 100_000)]).toEqual([false, false]);
    expect(waitUntilAdmitted(trial, 1_000)).toBeUndefined();
  });

  it("ignores what began before it opened", () => {
    const before = createBreakerState(0);
    const late: BreakerEvent = { type: "end", generation: before.generation, outcome: "success" };
    expect(step(opened, late, 10)).toBe(opened);
    const trial = step(opened, { type: "begin" }, 1_000);
    expect(step(trial, { ...late, outcome: "failure" }, 1_001)).toBe(trial);
    expect(step(trial, late, 1_001)).toBe(trial);
  });

  it("closes and forgets when the trial succeeds", () => {
    const closed = end(step(opened, { type: "begin" }, 1_000), "success", 1_200);
    expect(closed).toMatchObject({ phase: "closed", failures: 0, consecutiveFailures: 0 });
    const again = ["a", "b", "c"].reduce((state) => end(state, "failure", 1_300), closed);
    expect(again).toMatchObject({ phase: "open", until: 2_300, cooldownMs: 1_000 });
  });

  it("closes as soon as the trial's answer begins, and hears nothing of that trial's end", () => {
    const trial = step(opened, { type: "begin" }, 1_000);
    const { generation } = trial;
    const closed = step(trial, { type: "answer", generation }, 1_100);
    expect([closed.phase, admits(closed, 1_100)]).toEqual(["closed", true]);
    expect(step(closed, { type: "end", generation, outcome: "failure" }, 1_200)).toBe(closed);
    expect(step(trial, { type: "answer", generation: generation - 1 }, 1_100)).toBe(trial);
  });

  it("doubles its pause with each failed trial, up to the greatest", () => {
    const pauses: number[] = [];
    let state = opened;
    let now = 0;
    for (let trial = 0; trial < 5; trial += 1) {
      const pause = waitUntilAdmitted(state, now) ?? Number.NaN;
      pauses.push(pause);
      now += pause;
      state = end(step(state, { type: "begin" }, now), "failure", now);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it("gives the place back when the trial told nothing", () => {
    const trial = step(opened, { type: "begin" }, 1_000);
    const state = end(trial, "neutral", 1_500);
    expect(state).toMatchObject({ phase: "open", cooldownMs: 1_000 });
    expect(admits(state, 1_500)).toBe(true);
  });

  it("takes a trial for lost after its lease, and then does not hear it any more", () => {
    const lost = step(opened, { type: "begin" }, 1_000);
    const leaseEnd = 1_000 + settings.trialLeaseMs;
    expect([admits(lost, leaseEnd - 1), admits(lost, leaseEnd)]).toEqual([false, true]);
    const next = step(lost, { type: "begin" }, leaseEnd);
    const late: BreakerEvent = { type: "end", generation: lost.generation, outcome: "success" };
    expect(step(next, late, leaseEnd)).toBe(next);
  });

  it("may try at once when a check finds it alive, but does not close for that", () => {
    const found = step(opened, { type: "check", isAlive: true }, 10);
    expect([found.phase, admits(found, 10)]).toEqual(["open", true]);
  });

  it("takes a check that finds nobody for a failed trial, once its pause is over", () => {
    expect(step(opened, { type: "check", isAlive: false }, 999)).toBe(opened);
    expect(step(opened, { type: "check", isAlive: false }, 1_000)).toMatchObject({
      phase: "open",
      until: 3_000,
    });
  });

  it("spreads its pause by chance", () => {
    const spread = { ...settings, jitterShare: 0.2 };
    const untils = [0, 0.5, 1].map((drawn) => {
      let state = createBreakerState(0);
      for (let failure = 0; failure < 3; failure += 1) {
        const event: BreakerEvent = { type: "end", generation: 0, outcome: "failure" };
        state = stepBreaker(state, event, 0, () => drawn, spread);
      }
      return waitUntilAdmitted(state, 0);
    });
    expect(untils).toEqual([800, 1_000, 1_200]);
  });
});

/** What chance may do: time passes, a request asks to go, one of those that run ends, a check ends. */
const chance = fc.record({
  after: fc.integer({ min: 0, max: 3_000 }),
  act: fc.constantFrom("begin", "success", "failure", "failure", "neutral", "alive", "dead"),
  which: fc.nat(5),
});

describe("any breaker", () => {
  it("never has two trials at once", () => {
    let trialsSeen = 0;
    fc.assert(
      fc.property(fc.array(chance, { minLength: 20, maxLength: 120 }), (acts) => {
        let state = createBreakerState(0);
        let now = 0;
        const running: { generation: number; isTrial: boolean }[] = [];
        for (const { after, act, which } of acts) {
          now += after;
          if (act === "begin") {
            if (!admits(state, now)) continue;
            const isTrial = state.phase !== "closed";
            state = step(state, { type: "begin" }, now);
            running.push({ generation: state.generation, isTrial });
            trialsSeen += isTrial ? 1 : 0;
          } else if (act === "alive" || act === "dead") {
            state = step(state, { type: "check", isAlive: act === "alive" }, now);
          } else {
            const [ended] = running.splice(which % Math.max(1, running.length), 1);
            if (ended !== undefined)
              state = step(state, { type: "end", generation: ended.generation, outcome: act }, now);
          }
          expect(running.filter(({ isTrial }) => isTrial).length).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 4, numRuns: 300 },
    );
    expect(trialsSeen).toBeGreaterThan(100);
  });

  it("survives being written down and read again", () => {
    for (const state of [createBreakerState(0), opened, step(opened, { type: "begin" }, 1_000)])
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});
