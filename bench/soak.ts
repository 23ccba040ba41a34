/** Half load for minutes or hours, with clients that leave and a box that fails: does anything of the proxy go wrong or grow? */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Box, startBox } from "./box.ts";
import { ours } from "./candidates/ours.ts";
import { cacheSubfolder } from "./folders.ts";
import { pick } from "./options.ts";
import type { PhaseContext } from "./phases/phase.ts";
import { countSockets, readCpu, readMemory, cpuBetween } from "./proc.ts";
import { type Running, startCandidate } from "./running.ts";
import { runSlice, type SliceSums, soakModels } from "./soak-load.ts";
import { judge, type Sample, type SoakFindings } from "./soak-verdict.ts";

const print = (text: string) => void process.stdout.write(`${text}\n`);
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const sampleMs = 2_000;
/** A slice is a load process of its own, so that clients come and go as a whole too. */
const sliceSeconds = 30;
/** How much load makes half load is tried out first, from what every runtime bears. */
const firstRate = 100;
const trySeconds = 10;
const tries = 4;
/** Kept connections to the box close within seconds. */
const closeLimitMs = 20_000;

interface SoakPlan {
  readonly context: PhaseContext;
  readonly pid: number;
  readonly minutes: number;
  readonly share: number;
}

/** Requests a second that keep the core busy for the wanted share of its time. Each try is nearer: less load costs more each. */
async function findRate({ context, pid, share }: SoakPlan): Promise<number> {
  let rate = firstRate;
  for (let attempt = 0; attempt < tries; attempt++) {
    const { busy } = await runWatched(pid, () => runSlice(context, rate, trySeconds));
    print(`${rate.toFixed(0)} requests a second: core ${(busy * 100).toFixed(0)} % busy`);
    rate *= share / busy;
  }
  return rate;
}

/** A slice with the share of a core's time that the proxy took meanwhile. */
async function runWatched(
  pid: number,
  run: () => Promise<SliceSums>,
): Promise<{ readonly slice: SliceSums; readonly busy: number }> {
  const before = readCpu(pid);
  const since = performance.now();
  const slice = await run();
  return { slice, busy: cpuBetween(before, readCpu(pid)) / (performance.now() - since) };
}

async function soak(plan: SoakPlan, rate: number): Promise<readonly [Sample[], SliceSums]> {
  const { context, pid, minutes } = plan;
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1_000;
  const samples: Sample[] = [];
  const take = () => samples.push({ seconds: seconds(), rss: readMemory(pid), sockets: countSockets(pid) });
  const timer = setInterval(take, sampleMs);
  let sums: SliceSums = { requests: 0, wrong: 0, untold: 0 };
  while (seconds() < minutes * 60) {
    const length = Math.min(sliceSeconds, minutes * 60 - seconds());
    const { slice, busy } = await runWatched(pid, () => runSlice(context, rate, length));
    sums = {
      requests: sums.requests + slice.requests,
      wrong: sums.wrong + slice.wrong,
      untold: sums.untold + slice.untold,
    };
    const last = samples.at(-1);
    print(
      `${seconds().toFixed(0)} s: ${sums.requests} requests, ${sums.wrong} wrong, ${sums.untold} untold, core ${(busy * 100).toFixed(0)} % busy, ${((last?.rss ?? 0) / 1e6).toFixed(0)} MB, ${last?.sockets ?? 0} sockets`,
    );
  }
  clearInterval(timer);
  return [samples, sums];
}

/** Sockets beyond `before`, once they had the time to close. */
async function findLeak(pid: number, before: number): Promise<number> {
  const limit = performance.now() + closeLimitMs;
  while (countSockets(pid) > before && performance.now() < limit) await pause(500);
  return countSockets(pid) - before;
}

async function judgeProxy(proxy: Running, box: Box, minutes: number, share: number): Promise<SoakFindings> {
  const { pid } = proxy;
  if (pid === undefined) throw new Error("There is no process to look at.");
  // The first answer is the start's; its connections have to go before sockets are counted.
  await pause(6_000);
  const socketsBefore = countSockets(pid);
  const folder = mkdtempSync(join(cacheSubfolder("runs"), "soak-"));
  const plan = { context: { box, proxy, folder, isQuick: false }, pid, minutes, share };
  const rate = await findRate(plan);
  print(`${rate.toFixed(0)} requests a second for ${minutes} minutes`);
  const [samples, sums] = await soak(plan, rate);
  await box.stop();
  return { samples, ...sums, leakedSockets: await findLeak(pid, socketsBefore) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      runtime: { type: "string", default: "node" },
      load: { type: "string", default: "0.5" },
    },
  });
  const [candidate] = pick(ours, [`${values.runtime}-all`]);
  if (candidate === undefined) return;
  const folder = mkdtempSync(join(cacheSubfolder("runs"), "soak-"));
  const box = await startBox(soakModels);
  const place = { boxPort: box.port, folder, models: soakModels, profileFolder: undefined };
  const proxy = await startCandidate(candidate, place);
  try {
    const verdict = judge(await judgeProxy(proxy, box, Number(values.minutes), Number(values.load)));
    print(`\n${candidate.name}\n${verdict.lines.join("\n")}`);
    process.exitCode = verdict.isGood ? 0 : 1;
  } finally {
    await proxy.stop();
    await box.stop();
  }
}

await main();
