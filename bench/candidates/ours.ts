/** This proxy on each runtime, started as its users start it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleWorker } from "../../test/support/launch.ts";
import type { Candidate } from "./candidate.ts";
import { benchKey, configOf, type Step, steps } from "./ours-config.ts";
import { type Runtime, runtimes, startCommand } from "./start-command.ts";
import { prepareWorkerd } from "./workerd-command.ts";

/** One candidate a step of the ladder, such as "node-mapping" and "node-all"; each keeps its state in its own memory. */
export const ours: readonly Candidate[] = [
  ...runtimes.flatMap((runtime) => steps.map((step) => createCandidate(runtime, step, `${runtime}-${step}`))),
  // With all isolates' state in one Durable Object, as wrangler.toml has it.
  createCandidate("workerd", "all", "workerd-shared"),
];

function createCandidate(runtime: Runtime, step: Step, name: string): Candidate {
  return {
    name,
    mapsNames: true,
    // workerd ends when it meets a limit of its own.
    ...(runtime === "workerd" ? { mostFiles: 10_000 } : {}),
    // On workerd nothing tells how many wait.
    hasQueue: runtime !== "workerd",
    headers: () => (step === "mapping" ? [] : [`authorization: Bearer ${benchKey}`]),
    async prepare(place) {
      const config = JSON.stringify(configOf(step, place));
      if (runtime === "workerd") {
        await bundleWorker(join(place.folder, "worker.js"));
        return prepareWorkerd(config, place, name.endsWith("-shared"));
      }
      const file = join(place.folder, `${name}-${place.port}.json`);
      writeFileSync(file, config);
      return startCommand(runtime, ["--config", file, "--port", String(place.port)], place);
    },
  };
}
