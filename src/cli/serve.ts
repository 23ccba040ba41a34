/** Runs the app behind a listener until a signal ends it, and reports how it stands. Knows no runtime and no flag. */
import process from "node:process";
import { createApp } from "../app.ts";
import { createPlan } from "../config/plan.ts";
import type { Config } from "../config/schema.ts";
import { createLog } from "../observe/log.ts";
import { createCatalog } from "../pipeline/catalog.ts";
import { startWarming } from "../pipeline/start-warming.ts";
import { startHealthChecks } from "../pipeline/health-checks.ts";
import { version } from "../version.ts";
import { formatOrigin } from "./address.ts";
import type { LoadedConfig } from "./config-file.ts";
import { createDrain, type DrainParts, endSignals } from "./drain.ts";
import { explainListenProblem } from "./listen-problem.ts";
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
  let config = loaded.config;
  let app = createApp(config, runtime, state);
  const checks = (current: Config) => {
    const parts = { plan: createPlan(current), pool: state.pool, runtime };
    const stopChecks = startHealthChecks(parts);
    const stopWarming = startWarming(parts);
    return () => {
      stopChecks();
      stopWarming();
    };
  };
  let stopChecks = checks(config);
  const { host, port: wantedPort } = config.server;

  const at = { host, port: wantedPort };
  const listener = await shell
    .listen((request, platform) => app.fetch(request, platform), at)
    .catch((thrown: unknown) => {
      throw explainListenProblem(thrown, at);
    });
  const reloader = createReloader({
    config,
    load: options.load,
    apply(next) {
      app = createApp(next, runtime, state);
      config = next;
      stopChecks();
      stopChecks = checks(next);
      createLog(logOptions(next));
    },
    log,
  });
  const limitMs = () => config.server.drain_timeout * 1000;
  followSignals({ listener, limitMs, close: state.close, log }, reloader.reload);
  if (loaded.file !== undefined) {
    watchFile(loaded.file.path, reloader.reload, (error) => log.warn("config-watch-failed", { error }));
  }
  print(`Listening on ${formatOrigin(host, listener.port)}\n`);

  const plan = createPlan(config);
  const backends = await createCatalog(plan, state.pool, runtime).refreshed();
  const { addresses } = options;
  const found = { plan, backends, host, port: listener.port, addresses, configFile: loaded.file?.name };
  print(`\n${formatStartReport({ version, runtime: shell.label, ...found })}\n`);
}

function followSignals(parts: Omit<DrainParts, "exit">, reload: () => void): void {
  const { log } = parts;
  const drain = createDrain({ ...parts, exit: (code) => process.exit(code) });
  for (const signal of endSignals) process.on(signal, () => drain(signal));
  process.on("SIGHUP", reload);
  // A promise that nobody waited for is a defect of one request; the others go on.
  process.on("unhandledRejection", (error) => log.error("defect", { error }));
}

function logOptions(config: Config) {
  const { level, format } = config.logging;
  return { level, format, write: (line: string) => void process.stderr.write(`${line}\n`) };
}

function print(text: string): void {
  process.stdout.write(text);
}
