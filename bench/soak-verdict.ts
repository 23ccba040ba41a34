/** Judges a soak: errors of our own, memory that grows, sockets that stay. Pure. */
import { fitLine } from "./statistics.ts";

export interface Sample {
  readonly seconds: number;
  readonly rss: number;
  readonly sockets: number;
}

export interface SoakFindings {
  readonly samples: readonly Sample[];
  readonly requests: number;
  /** Answers that were wrong though nobody broke them. */
  readonly wrong: number;
  /** Broken answers of the box that were not told as errors. */
  readonly untold: number;
  /** Sockets beyond those before the first request, when all clients and the box have gone. */
  readonly leakedSockets: number;
}

export interface Verdict {
  readonly isGood: boolean;
  readonly lines: readonly string[];
}

/** What memory may grow by in the second half, as a share of itself, where the line is sure of its slope. */
const tolerableGrowth = 0.05;

export function judge({ samples, requests, wrong, untold, leakedSockets }: SoakFindings): Verdict {
  const end = samples.at(-1)?.seconds ?? 0;
  const late = samples.filter(({ seconds }) => seconds >= end / 2);
  const meanRss = late.reduce((sum, { rss }) => sum + rss, 0) / late.length;
  const { slope, uncertainty } = fitLine(late.map(({ seconds, rss }) => [seconds, rss]));
  const growth = (slope * (end / 2)) / meanRss;
  const isSteady = slope <= uncertainty || growth <= tolerableGrowth;
  const toRate = (bytesASecond: number) => ((bytesASecond * 60) / 1e6).toFixed(2);
  const checks: ReadonlyArray<readonly [boolean, string]> = [
    [wrong === 0, `${requests} requests, ${wrong} errors of our own`],
    [untold === 0, `${untold} broken answers of the box passed as good ones`],
    [
      isSteady,
      `memory ${(meanRss / 1e6).toFixed(0)} MB, slope ${toRate(slope)} ± ${toRate(uncertainty)} MB a minute in the second half`,
    ],
    [leakedSockets <= 0, `${Math.max(0, leakedSockets)} sockets left open`],
  ];
  return {
    isGood: checks.every(([isGood]) => isGood),
    lines: checks.map(([isGood, line]) => `${isGood ? "good" : "BAD "}  ${line}`),
  };
}
