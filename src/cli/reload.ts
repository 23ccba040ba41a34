/** Takes over a changed configuration, or refuses it and says why. Knows no server: what to do with a new one is passed in. */
import type { ConfigProblem } from "../config/config-error.ts";
import type { Config } from "../config/schema.ts";
import type { Log } from "../runtime.ts";
import { ConfigFileError, type LoadedConfig } from "./config-file.ts";

export interface ReloadParts {
  /** The configuration of the start. */
  readonly config: Config;
  /** Reads the file anew, flags included; throws what is wrong with it. */
  load(): LoadedConfig;
  /** Swaps the running app; what throws here leaves the old one running. */
  apply(config: Config): void;
  readonly log: Log;
}

export interface Reloader {
  reload(): void;
}

/** Never throws: a configuration that cannot be used is logged, and the old one serves on. */
export function createReloader({ config, load, apply, log }: ReloadParts): Reloader {
  const started = config;
  return {
    reload() {
      try {
        const { config: next, file } = load();
        apply(next);
        log.info("config-reloaded", { file: file?.name });
        reportRestart(started.server, next.server, log);
        reportState(started.state, next.state, log);
      } catch (thrown) {
        reportRefusal(thrown, log);
      }
    },
  };
}

function reportRestart(started: Config["server"], wanted: Config["server"], log: Log): void {
  if (started.workers !== wanted.workers) {
    log.warn("config-needs-restart", { problem: "server.workers is taken over by a restart only" });
  }
  if (started.host === wanted.host && started.port === wanted.port) return;
  log.warn("config-needs-restart", {
    problem: "server.host and server.port are taken over by a restart only",
    listening: `${started.host}:${started.port}`,
    wanted: `${wanted.host}:${wanted.port}`,
  });
}

function reportState(started: Config["state"], wanted: Config["state"], log: Log): void {
  if (written(started) === written(wanted)) return;
  log.warn("config-needs-restart", { problem: "state is taken over by a restart only" });
}

const written = ({ url, ...state }: Config["state"]) => JSON.stringify({ ...state, url: url?.reveal() });

function reportRefusal(thrown: unknown, log: Log): void {
  const problems: readonly ConfigProblem[] = thrown instanceof ConfigFileError ? thrown.cause.problems : [];
  for (const { path, line, column, found, expected, hint } of problems) {
    log.error("config-problem", { path, line, column, found, expected, hint });
  }
  log.error("config-refused", {
    problem: thrown instanceof Error ? thrown.message.split("\n", 1)[0] : String(thrown),
    serving: "the configuration from before",
  });
}
