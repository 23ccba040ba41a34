/** The front door on Cloudflare Workers. Knows bindings and headers of Cloudflare; no file, no port, no signal. */
import { createApp } from "../app.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Config } from "../config/schema.ts";
import type { Environment } from "../config/environment.ts";
import { parseConfig } from "../config/parse.ts";
import { ProxyError } from "../errors.ts";
import { createLog } from "../observe/log.ts";
import { respondWithError } from "../respond/error.ts";
import { createPortableRuntime, portableFetchInit, type Runtime } from "../runtime.ts";
import { createSharedState, createState, type ProxyState } from "../state.ts";
import { findDurableState } from "./durable-state.ts";
import { withSimulator } from "./with-simulator.ts";

type Bindings = Readonly<Record<string, unknown>>;
/** Cloudflare's: what a request lets go on after its answer. */
interface Context {
  waitUntil(work: Promise<unknown>): void;
  passThroughOnException(): void;
  readonly props: unknown;
}
type Answer = (request: Request, context?: Context) => Response | Promise<Response>;

/** Keeps the app as long as the isolate lives and CONFIG stays the same. */
function createWorker() {
  let built: { readonly source: unknown; readonly answer: Answer } | undefined;
  return {
    fetch(request: Request, bindings: Bindings, context?: Context): Response | Promise<Response> {
      const source = bindings.CONFIG;
      if (built === undefined || built.source !== source) {
        built = { source, answer: buildAnswer(source, bindings) };
      }
      return built.answer(request, context);
    },
  };
}

/** A broken CONFIG does not crash the Worker: each request is told what is wrong with it. */
function buildAnswer(source: unknown, bindings: Bindings): Answer {
  try {
    const config = parseConfig(source, stringsOf(bindings));
    // oxlint-disable-next-line no-console -- the console is where a Worker's log goes
    const log = createLog({ ...config.logging, write: (line) => console.log(line) });
    const runtime = createPortableRuntime("workerd", {
      // A Worker cannot see which address a name leads to, so that the checks of the URL are all there is. That is enough on
      // Cloudflare, whose network has no way into a private one; `workerd serve` is as safe as long as its file opens none.
      fetchPublic: (url, init) => fetch(url, portableFetchInit({ ...init, method: "GET", body: null })),
      clientAddress: (request) => request.headers.get("cf-connecting-ip") ?? undefined,
      sharesPromises: false,
      log,
    });
    const app = createApp(config, withSimulator(runtime), openState(config.state, runtime, bindings));
    return (request, context) => app.fetch(request, {}, context);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    const message = `CONFIG in wrangler.toml: ${thrown.message}`;
    const error = new ProxyError({ status: 500, type: "server_error", code: "config_invalid", message });
    return () => respondWithError(error, new Map([["x-should-retry", "false"]]));
  }
}

/** Shared by a Durable Object where one is bound; no Redis can be reached from a Worker. */
function openState(limits: Config["state"], runtime: Runtime, bindings: Bindings): ProxyState {
  if (limits.url !== undefined) {
    runtime.log.warn("state-url-unused", {
      problem: "a Worker shares its state by a Durable Object, bound as STATE",
    });
  }
  const shared = findDurableState(bindings);
  if (shared === undefined) return createState(runtime);
  return createSharedState(shared, runtime, {
    timeoutMs: limits.command_timeout * 1000,
    leaseLifetimeMs: limits.lease_lifetime * 1000,
  });
}

function stringsOf(bindings: Bindings): Environment {
  return Object.fromEntries(Object.entries(bindings).map(([name, value]) => [name, asString(value)]));
}

const asString = (value: unknown) => (typeof value === "string" ? value : undefined);

export { SharedStateObject } from "./durable-state.ts";

export default createWorker();
