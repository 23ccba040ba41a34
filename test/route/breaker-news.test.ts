import { describe, expect, it } from "vitest";
import { admits, type BreakerState, createBreakerState, stepBreaker } from "../../src/route/breaker.ts";
import { type BreakerNews, hearNews, newsOf } from "../../src/route/breaker-news.ts";

const none = () => 0;
const middle = () => 0.5;
const open = (pauseMs: number): BreakerNews => ({ phase: "open", pauseMs, cooldownMs: 2_000 });
const end = (state: BreakerState, outcome: "success" | "failure" | "neutral", now: number) =>
  stepBreaker(state, { type: "end", generation: state.generation, outcome }, now, middle);
const begin = (state: BreakerState, now: number) => stepBreaker(state, { type: "begin" }, now, middle);

const closed = createBreakerState(0);
const failing = end(end(closed, "failure", 0), "failure", 0);
const opened = end(failing, "failure", 0);
const trying = begin(opened, 2_000);

describe("what is worth telling", () => {
  const cases: readonly (readonly [string, BreakerState, BreakerState, number, BreakerNews | undefined])[] = [
    ["nothing of a failure that is borne", closed, failing, 0, undefined],
    ["the pause that begins", failing, opened, 0, open(2_000)],
    ["that a trial runs, for a pause's time", opened, trying, 2_000, open(2_000)],
    [
      "the longer pause after a failed trial",
      trying,
      end(trying, "failure", 2_100),
      2_100,
      { phase: "open", pauseMs: 4_000, cooldownMs: 4_000 },
    ],
    [
      "the end, after a trial that succeeded",
      trying,
      end(trying, "success", 2_100),
      2_100,
      { phase: "closed" },
    ],
    ["that a trial told nothing and another may try", trying, end(trying, "neutral", 2_100), 2_100, open(0)],
  ];
  it.each(cases)("tells %s", (_, before, after, now, news) => {
    expect(newsOf(before, after, now)).toEqual(news);
  });
});

describe("what another replica's news change", () => {
  it("leaves a box alone for the pause, and lets one trial through after it", () => {
    const heard = hearNews(closed, open(2_000), 500, none);
    expect([admits(heard, 2_499), admits(heard, 2_500)]).toEqual([false, true]);
    expect(admits(begin(heard, 2_500), 2_501)).toBe(false);
  });

  it("begins its own trial later than the one who told", () => {
    expect(hearNews(closed, open(2_000), 0, () => 0.99)).toMatchObject({ phase: "open", until: 2_396 });
  });

  it("opens it again at the end of a pause that the others made longer", () => {
    const heard = hearNews(opened, { phase: "open", pauseMs: 8_000, cooldownMs: 8_000 }, 100, none);
    expect(heard).toMatchObject({ until: 8_100, cooldownMs: 8_000 });
  });

  it("ends a pause", () => {
    expect(hearNews(opened, { phase: "closed" }, 100, none)).toMatchObject({ phase: "closed", requests: 0 });
  });

  it("does not forget the failures of a breaker that is closed already", () => {
    expect(hearNews(failing, { phase: "closed" }, 100, none)).toBe(failing);
  });

  it("leaves a trial of its own alone, whose end counts", () => {
    const heard = hearNews(trying, open(60_000), 2_100, none);
    expect(heard).toBe(trying);
    expect(end(heard, "success", 2_200).phase).toBe("closed");
  });

  it("lets the ends of requests pass that began before", () => {
    const heard = hearNews(closed, open(2_000), 0, none);
    const late = stepBreaker(
      heard,
      { type: "end", generation: closed.generation, outcome: "success" },
      100,
      middle,
    );
    expect(late).toBe(heard);
  });
});
