/** The phase of streams that are open and silent: what each keeps in memory, and whether a new request feels them. */
import { readFileSync } from "node:fs";
import { runLoad, startLoad } from "../load.ts";
import { countClosing, readMemory } from "../proc.ts";
import { loadOptions, type Measured, type Phase, type PhaseContext } from "./phase.ts";

const wanted = 10_000;
/** Listeners, log files, connections of other requests. */
const spareFiles = 1_000;

/** A proxy has two sockets a stream, so that the limit of open files bounds their number. */
function streamCount(isQuick: boolean, mostFiles = Infinity): number {
  const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  const limit = Math.min(mostFiles, found === null ? 1_024 : Number(found[1]));
  return Math.min(isQuick ? 1_000 : wanted, Math.floor((limit - spareFiles) / 2));
}

export const idle: Phase = {
  name: "idle",
  title:
    "10,000 streams that are open and silent, or as many as two sockets each may be opened for; then new requests, 50 a second.",
  models: ["local/idle", "local/plain"],
  metrics: [
    { key: "streams", title: "streams", compare: "none", digits: 0 },
    { key: "memory", title: "KB a stream", compare: "none", digits: 1 },
    { key: "p50", title: "new request p50 ms", compare: "none", digits: 2 },
    { key: "max", title: "new request max ms", compare: "none", digits: 2 },
  ],
  run: measureIdle,
};

const openLimitMs = 60_000;

/** The system has some 28,000 ports for connections to the one box, and keeps each for a minute after its end. */
async function waitForPorts(): Promise<void> {
  while (countClosing() > 2_000) await new Promise((resolve) => setTimeout(resolve, 500));
}

async function measureIdle(context: PhaseContext): Promise<Measured> {
  const { candidate, pid } = context.proxy;
  await waitForPorts();
  const connections = streamCount(context.isQuick, candidate.mostFiles);
  const memory = () => (pid === undefined ? Number.NaN : readMemory(pid));
  const plain = { kind: "plain", mode: "plain", model: "local/plain", connections: 4 } as const;
  await runLoad(loadOptions(context, { ...plain, rate: 50, seconds: 1 }));
  const before = memory();
  const ask = { kind: "stream", mode: "idle", model: "local/idle", connections, ramp_ms: 5_000 } as const;
  const streams = startLoad(loadOptions(context, ask));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${candidate.name} did not open ${connections} streams within a minute`)),
      openLimitMs,
    );
  });
  try {
    await Promise.race([streams.open, late, streams.result]);
    const after = memory();
    const load = await runLoad(loadOptions(context, { ...plain, rate: 50, seconds: 3 }));
    if (load.wrong > 0) throw new Error(`${candidate.name} gave wrong answers beside idle streams`);
    streams.release();
    const { wrong } = await streams.result;
    if (wrong > 0) throw new Error(`${candidate.name} ended ${wrong} idle streams`);
    const { p50, max } = load.latency;
    return {
      streams: connections,
      memory: (after - before) / connections / 1_000,
      p50: p50 / 1_000,
      max: max / 1_000,
    };
  } finally {
    clearTimeout(timer);
    await streams.stop();
  }
}
