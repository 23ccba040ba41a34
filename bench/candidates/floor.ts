/** The least that any proxy costs on each runtime: a few lines that pass everything on unread. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../folders.ts";
import type { Candidate } from "./candidate.ts";
import { runtimes, startCommand } from "./start-command.ts";
import { prepareWorkerd } from "./workerd-command.ts";

const scripts = join(projectFolder, "bench", "floors");

export const floors: readonly Candidate[] = runtimes.map((runtime) => ({
  name: `${runtime}-floor`,
  mapsNames: false,
  ...(runtime === "workerd" ? { mostFiles: 10_000 } : {}),
  headers: () => [],
  prepare: async (place) => {
    const { boxPort, port, profileFolder, folder } = place;
    if (runtime === "workerd") {
      copyFileSync(join(scripts, "workerd.js"), join(folder, "worker.js"));
      return prepareWorkerd(String(boxPort), place, false);
    }
    const script = join(scripts, `${runtime}.ts`);
    return startCommand(runtime, [String(boxPort), String(port)], { profileFolder, script });
  },
}));
