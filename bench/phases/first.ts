/** The phase of new streams beside many that run: how long a client waits for its first piece. */
import { setTimeout as pass } from "node:timers/promises";
import { startLoad } from "../load.ts";
import { loadOptions, type Measured, measureLoad, type Phase, type PhaseContext, warmUp } from "./phase.ts";

const rampMs = 3_000;
const settleMs = 1_000;
const pacePerSecond = 5;
const shortModel = "local/stream-4-50";
const fastModel = "local/stream-500-0";

/** Streams that outlast the ramp and what is measured. */
const openStreams = (isQuick: boolean) => {
  const seconds = isQuick ? 3 : 8;
  const connections = isQuick ? 200 : 1_000;
  const count = pacePerSecond * (seconds + (rampMs + settleMs) / 1_000 + 2);
  return { seconds, connections, count, model: `local/stream-${count}-${1_000 / pacePerSecond}` };
};

export const first: Phase = {
  name: "first",
  title: "20 new streams a second beside 1,000 open ones, each of which has 5 pieces a second.",
  models: [openStreams(true).model, openStreams(false).model, shortModel, fastModel],
  metrics: [
    { key: "p50", title: "first piece p50 µs over direct", compare: "added", digits: 0 },
    { key: "p99", title: "first piece p99 µs over direct", compare: "added", digits: 0 },
  ],
  run: measureFirst,
};

async function measureFirst(context: PhaseContext): Promise<Measured> {
  const { seconds, connections, count, model } = openStreams(context.isQuick);
  const stream = { kind: "stream", mode: "stream" } as const;
  const fast = { ...stream, connections: 16, model: fastModel, count: 500 };
  await warmUp(context, { ...fast, seconds: context.isQuick ? 2 : 5 });
  const short = { ...stream, connections: 40, model: shortModel, count: 4, rate: 20 };
  await warmUp(context, { ...short, rate: 200, seconds: context.isQuick ? 2 : 5 });
  const open = startLoad(
    loadOptions(context, { ...stream, connections, model, count, requests: connections, ramp_ms: rampMs }),
  );
  try {
    await pass(rampMs + settleMs);
    const load = await measureLoad(context, { ...short, seconds });
    const { wrong } = await open.result;
    if (wrong > 0) throw new Error(`${context.proxy.candidate.name} broke ${wrong} of the open streams`);
    return { p50: load.first.p50, p99: load.first.p99 };
  } finally {
    await open.stop();
  }
}
