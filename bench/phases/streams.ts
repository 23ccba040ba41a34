/** Phases of streams that run: at a box's pace, few and many, and as fast as they go through. */
import { measureLoad, type Phase, warmUp } from "./phase.ts";

const fastModel = "local/stream-500-0";

/** Streams of 20 pieces a second; a piece carries its share of its stream's request. */
function createPaced(connections: number): Phase {
  const seconds = connections > 100 ? 5 : 4;
  const quickModel = `local/stream-${seconds * 20}-50`;
  const model = "local/stream-160-50";
  const warmUpModel = "local/stream-30-50";
  return {
    name: `paced-${connections}`,
    title: `${connections} streams at 20 pieces a second.`,
    models: [quickModel, model, warmUpModel, fastModel],
    metrics: [
      { key: "cpu", title: "CPU µs a piece", compare: "ratio", digits: 1 },
      { key: "first", title: "first piece p99 µs over direct", compare: "added", digits: 0 },
      { key: "p50", title: "piece p50 µs over direct", compare: "added", digits: 0 },
      { key: "p99", title: "piece p99 µs over direct", compare: "added", digits: 0 },
    ],
    async run(context) {
      const isLong = !context.isQuick && connections <= 100;
      const asked = isLong ? model : quickModel;
      const count = isLong ? 160 : seconds * 20;
      const ask = { kind: "stream", mode: "stream", connections } as const;
      // Opened over a while, so that streams begin and end all through the phase.
      const ramp_ms = connections > 100 ? 2_000 : 500;
      // A pace leaves the compiler cold for long; at full speed it has seen enough in seconds.
      const fast = { kind: "stream", mode: "stream", connections: 16, model: fastModel, count: 500 } as const;
      await warmUp(context, { ...fast, seconds: context.isQuick ? 2 : 3 });
      await warmUp(context, { ...ask, model: warmUpModel, count: 30, requests: connections, ramp_ms: 300 });
      const isRepeated = connections > 100 && !context.isQuick;
      const requests = connections * (isRepeated ? 2 : 1);
      const load = await measureLoad(context, { ...ask, model: asked, count, requests, ramp_ms });
      const { first, piece } = load;
      return { cpu: load.cpuUs / load.pieces, first: first.p99, p50: piece.p50, p99: piece.p99 };
    },
  };
}

export const fewPaced = createPaced(50);
export const manyPaced = createPaced(1_000);

export const fullSpeed: Phase = {
  name: "full",
  title: "16 streams of 500 pieces, eight in a write of the box, as fast as they go through.",
  models: [fastModel],
  metrics: [
    { key: "cpu", title: "CPU µs a piece", compare: "ratio", digits: 1 },
    { key: "throughput", title: "pieces a second", compare: "ratio", digits: 0 },
  ],
  async run(context) {
    const ask = { kind: "stream", mode: "stream", connections: 16, model: fastModel, count: 500 } as const;
    await warmUp(context, { ...ask, seconds: 1 });
    const load = await measureLoad(context, { ...ask, seconds: context.isQuick ? 2 : 4 });
    return { cpu: load.cpuUs / load.pieces, throughput: (load.pieces / load.elapsed) * 1e6 };
  },
};
