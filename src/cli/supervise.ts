/** Runs several workers behind one port: starts them, holds what they share, passes on what the operator says. */
import { availableParallelism } from "node:os";
import process from "node:process";
import type { Config } from "../config/schema.ts";
import { createLog } from "../observe/log.ts";
import { createState } from "../state.ts";
import { CliError } from "./cli-error.ts";
import type { LoadedConfig } from "./config-file.ts";
import { explainListenProblem } from "./listen-problem.ts";
import { findPort } from "./find-port.ts";
import { logOptions } from "./log-options.ts";
import { createReloader } from "./reload.ts";
import { followSignals, report, type ServeOptions } from "./serve.ts";
import type { Shell } from "./shell.ts";
import { watchFile } from "./watch-file.ts";
import { createWorkers } from "./workers.ts";

/** How many processes are to serve. */
export function countWorkers({ server: { workers } }: Config): number {
  return workers === "auto" ? availableParallelism() : workers;
}

/** Resolves once all of them serve and the start block is printed; the process lives on until they are drained. */
export async function supervise(shell: Shell, loaded: LoadedConfig, options: ServeOptions): Promise<void> {
  const { config, file } = loaded;
  const log = createLog(logOptions(config));
  const { host, port: wantedPort } = config.server;
  const at = { host, port: wantedPort };
  const port = await findPort(at).catch((thrown: unknown) => {
    throw explainListenProblem(thrown, at);
  });
  const count = countWorkers(config);
  const workers = createWorkers({ shell, port, count, log });
  let current = config;
  const reloader = createReloader({
    config,
    load: options.load,
    apply(next) {
      current = next;
      workers.tellAll("reload");
    },
    log,
  });
  const limitMs = () => current.server.drain_timeout * 1000;
  followSignals({ listener: workers, limitMs, log }, reloader.reload);
  process.on("exit", () => workers.kill());
  // Each worker has said why it could not.
  if (!(await workers.start())) throw new CliError(`The workers could not be started.`, 1);
  if (file !== undefined) {
    watchFile(file.path, reloader.reload, (error) => log.warn("config-watch-failed", { error }));
  }
  const runtime = shell.createRuntime(log);
  const { pool } = createState(runtime);
  await report({ shell, loaded, options, port, pool, runtime, workers: count });
}
