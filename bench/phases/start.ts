/** The phase of the cold start: what a candidate took from its start to its first answer. */
import type { Phase } from "./phase.ts";

export const start: Phase = {
  name: "start",
  title: "From the start of the process to its first answer.",
  models: ["local/plain"],
  metrics: [{ key: "ms", title: "ms", compare: "none", digits: 0 }],
  run: ({ proxy }) => Promise.resolve({ ms: proxy.pid === undefined ? Number.NaN : proxy.startMs }),
};
