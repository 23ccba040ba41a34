/** Phases of plain requests: as many as go through, and few at fixed times. */
import { measureLoad, type Phase, warmUp } from "./phase.ts";

const ask = { kind: "plain", mode: "plain", model: "local/plain", connections: 32 } as const;

export const plain: Phase = {
  name: "plain",
  title: "Plain chat requests on 32 connections, as many as go through.",
  models: ["local/plain"],
  metrics: [
    { key: "cpu", title: "CPU µs a request", compare: "ratio", digits: 1 },
    { key: "throughput", title: "requests a second", compare: "ratio", digits: 0 },
  ],
  async run(context) {
    const seconds = context.isQuick ? 2.5 : 5;
    // Node's compiler goes on with this much code for some fifty thousand requests.
    await warmUp(context, { ...ask, seconds: context.isQuick ? 4 : 16 });
    const load = await measureLoad(context, { ...ask, seconds });
    return { cpu: load.cpuUs / load.finished, throughput: (load.finished / load.elapsed) * 1e6 };
  },
};

export const rate: Phase = {
  name: "rate",
  title: "Plain chat requests at 200 a second.",
  models: ["local/plain"],
  metrics: [
    { key: "p50", title: "p50 µs over direct", compare: "added", digits: 0 },
    { key: "p99", title: "p99 µs over direct", compare: "added", digits: 0 },
    { key: "cpu", title: "CPU µs a request", compare: "ratio", digits: 0 },
  ],
  async run(context) {
    const seconds = context.isQuick ? 3 : 10;
    await warmUp(context, { ...ask, seconds: context.isQuick ? 3 : 5 });
    await warmUp(context, { ...ask, rate: 200, seconds: 1 });
    const load = await measureLoad(context, { ...ask, rate: 200, seconds });
    return { p50: load.latency.p50, p99: load.latency.p99, cpu: load.cpuUs / load.finished };
  },
};
