/** The app of a process, which a reload replaces, and what runs beside it. Knows no listener and no signal. */
import { createApp } from "../app.ts";
import { createPlan } from "../config/plan.ts";
import type { Config } from "../config/schema.ts";
import { createLog } from "../observe/log.ts";
import { startHealthChecks } from "../pipeline/health-checks.ts";
import { startWarming } from "../pipeline/start-warming.ts";
import type { Runtime } from "../runtime.ts";
import type { ProxyState } from "../state.ts";
import { logOptions } from "./log-options.ts";
import type { Handler } from "./shell.ts";

export interface HostedApp {
  readonly handler: Handler;
  config(): Config;
  /** Requests in flight keep the app that they came to. */
  apply(next: Config): void;
}

/** `keepsWarm` where this process is the one that loads what the configuration names. */
export function hostApp(
  first: Config,
  runtime: Runtime,
  state: ProxyState,
  { keepsWarm }: { readonly keepsWarm: boolean },
): HostedApp {
  let config = first;
  let app = createApp(config, runtime, state);
  let stopWork = startWork(config);

  function startWork(current: Config): () => void {
    const parts = { plan: createPlan(current), pool: state.pool, loads: state.loads, runtime };
    const stopChecks = startHealthChecks(parts);
    const stopWarming = keepsWarm ? startWarming(parts) : () => {};
    return () => {
      stopChecks();
      stopWarming();
    };
  }

  return {
    handler: (request, platform) => app.fetch(request, platform),
    config: () => config,
    apply(next) {
      app = createApp(next, runtime, state);
      config = next;
      stopWork();
      stopWork = startWork(next);
      createLog(logOptions(next));
    },
  };
}
