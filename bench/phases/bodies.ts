/** Phases of large messages: a request body of 2 MB, rewritten and passed on as it is, and embeddings of 256 inputs. */
import { statSync } from "node:fs";
import { readMemory, resetPeak } from "../proc.ts";
import { writeBody } from "../requests.ts";
import { measureLoad, type Measured, type Phase, type PhaseContext, warmUp } from "./phase.ts";

const large = { kind: "large", mode: "plain", model: "local/plain", connections: 4 } as const;

/** A path that no proxy here knows: it is passed on unread. */
const unknownPath = "/v1/bench";

export const body: Phase = {
  name: "body",
  title:
    "Plain requests with a body of 2 MB on 4 connections, and the same to a path that is passed on unread; memory is the most beyond that of small requests, for each of the four bodies at a time.",
  models: ["local/plain"],
  metrics: [
    { key: "cpu", title: "CPU µs a request", compare: "ratio", digits: 0 },
    { key: "passed", title: "passed on", compare: "ratio", digits: 0 },
    { key: "times", title: "times passed on", compare: "none", digits: 2 },
    { key: "memory", title: "memory, in bodies", compare: "none", digits: 1 },
  ],
  run: measureBody,
};

async function measureBody(context: PhaseContext): Promise<Measured> {
  const seconds = context.isQuick ? 2 : 4;
  const memory = await measureMemory(context);
  await warmUp(context, { ...large, seconds: 1 });
  const load = await measureLoad(context, { ...large, seconds });
  const cpu = load.cpuUs / load.finished;
  const unread = { ...large, path: unknownPath };
  try {
    await warmUp(context, { ...unread, seconds: 1 });
    const passedLoad = await measureLoad(context, { ...unread, seconds });
    const passed = passedLoad.cpuUs / passedLoad.finished;
    return { cpu, passed, times: cpu / passed, memory };
  } catch {
    // Not everything passes on a path that it does not know.
    return { cpu, memory };
  }
}

async function measureMemory(context: PhaseContext): Promise<number> {
  const { pid, nameOf } = context.proxy;
  if (pid === undefined) return Number.NaN;
  const size = statSync(writeBody(context.folder, "large", nameOf("local/plain"))).size;
  // Small ones first: the memory that any traffic takes is not that of a body.
  await warmUp(context, { ...large, kind: "plain", connections: 32, seconds: context.isQuick ? 2 : 4 });
  resetPeak(pid);
  const before = readMemory(pid);
  await measureLoad(context, { ...large, requests: 12 });
  return (readMemory(pid, "VmHWM") - before) / size / large.connections;
}

export const embeddings: Phase = {
  name: "embeddings",
  title: "Embeddings of 256 inputs on 4 connections; the answer is 2.2 MB of numbers.",
  models: ["local/embed"],
  metrics: [
    { key: "cpu", title: "CPU µs a request", compare: "ratio", digits: 0 },
    { key: "throughput", title: "requests a second", compare: "ratio", digits: 0 },
  ],
  async run(context) {
    const ask = {
      kind: "embeddings",
      mode: "plain",
      model: "local/embed",
      path: "/v1/embeddings",
      connections: 4,
      count: 256,
    } as const;
    await warmUp(context, { ...ask, seconds: 1 });
    const load = await measureLoad(context, { ...ask, seconds: context.isQuick ? 2 : 4 });
    return { cpu: load.cpuUs / load.finished, throughput: (load.finished / load.elapsed) * 1e6 };
  },
};
