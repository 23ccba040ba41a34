/** Runs the app behind a listener until a signal ends it, and reports how it stands. Knows no runtime and no flag. */
import process from "node:process";
import { createPlan } from "../config/plan.ts";
import { createLog } from "../observe/log.ts";
import { createCatalog } from "../pipeline/catalog.ts";
import type { Pool } from "../route/pool.ts";
import type { Runtime } from "../runtime.ts";
import { version } from "../version.ts";
import { formatOrigin } from "./address.ts";
import type { LoadedConfig } from "./config-file.ts";
import { createDrain, type DrainParts, endSignals } from "./drain.ts";
import { explainListenProblem } from "./listen-problem.ts";
import { hostApp } from "./hosted-app.ts";
import { logOptions } from "./log-options.ts";
import { openState } from "./open-state.ts";
import { createReloader } from "./reload.ts";
import type { Shell } from "./shell.ts";
import { formatStartReport } from "./start-report.ts";
import { watchFile } from "./watch-file.ts";

export interface ServeOptions {
  /** Reads the configuration anew. */
  load(): LoadedConfig;
  /** This machine's addresses, for the report. */
  readonly addresses: readonly string[];
}

/** Resolves once the start block is printed; the process lives on until it is drained. */
export async function serve(shell: Shell, loaded: LoadedConfig, options: ServeOptions): Promise<void> {
  const log = createLog(logOptions(loaded.config));
  const runtime = shell.createRuntime(log);
  const state = await openState(loaded.config.state, runtime, shell);
  const hosted = hostApp(loaded.config, runtime, state, { keepsWarm: true });
  const { host, port: wantedPort } = loaded.config.server;
  const at = { host, port: wantedPort };
  const listener = await shell.listen(hosted.handler, at).catch((thrown: unknown) => {
    throw explainListenProblem(thrown, at);
  });
  const { config } = loaded;
  const reloader = createReloader({ config, load: options.load, apply: hosted.apply, log });
  const limitMs = () => hosted.config().server.drain_timeout * 1000;
  followSignals({ listener, limitMs, close: state.close, log }, reloader.reload);
  if (loaded.file !== undefined) {
    watchFile(loaded.file.path, reloader.reload, (error) => log.warn("config-watch-failed", { error }));
  }
  await report({ shell, loaded, options, port: listener.port, pool: state.pool, runtime });
}

/** What is done at a signal, by a process that answers to the operator. */
export function followSignals(parts: Omit<DrainParts, "exit">, reload: () => void): void {
  const { log } = parts;
  const drain = createDrain({ ...parts, exit: (code) => process.exit(code) });
  for (const signal of endSignals) process.on(signal, () => drain(signal));
  process.on("SIGHUP", reload);
  // A promise that nobody waited for is a defect of one request; the others go on.
  process.on("unhandledRejection", (error) => log.error("defect", { error }));
}

export interface ReportParts {
  readonly shell: Pick<Shell, "label">;
  readonly loaded: LoadedConfig;
  readonly options: ServeOptions;
  readonly port: number;
  readonly pool: Pool;
  readonly runtime: Runtime;
  /** How many processes serve. */
  readonly workers?: number;
}

/** Prints that it listens, then asks the backends and prints the start block. */
export async function report({ shell, loaded, options, port, pool, runtime, workers = 1 }: ReportParts) {
  const { config, file } = loaded;
  const { host } = config.server;
  print(`Listening on ${formatOrigin(host, port)}\n`);
  const plan = createPlan(config);
  const backends = await createCatalog(plan, pool, runtime).refreshed();
  const label = workers === 1 ? shell.label : `${shell.label}, ${workers} workers`;
  const { addresses } = options;
  const found = { plan, backends, host, port, addresses, configFile: file?.name };
  print(`\n${formatStartReport({ version, runtime: label, ...found })}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}
