/** GET /health, /health/live and /health/ready: what a person, a container and a load balancer ask. */
import type { Context } from "hono";
import { isAllowed } from "../auth/require-key.ts";
import type { AppEnv } from "../pipeline/app-env.ts";
import type { Services } from "../pipeline/services.ts";
import type { BackendSnapshot } from "../route/pool.ts";
import type { StateStatus } from "../store/shared-state.ts";
import { version } from "../version.ts";

/** 200 with the whole state; `status` is `ok`, `degraded` (some backends, or what replicas share) or `unavailable`. */
export function reportHealth(
  services: Services,
  startedAt: number,
): (c: Context<AppEnv>) => Promise<Response> {
  return async (c) => {
    const snapshots = await services.catalog.current();
    const mayKnow = await isAllowed(c.req.raw.headers, services.plan);
    const up = snapshots.filter(({ status }) => status === "up");
    const state = services.store.status();
    const isWhole = up.length === snapshots.length && state.mode !== "local";
    const status = up.length === 0 ? "unavailable" : isWhole ? "ok" : "degraded";
    return c.json({
      status,
      backend: up.length > 0 ? "connected" : "unreachable",
      uptime: Math.round((services.runtime.now() - startedAt) / 1000),
      version,
      runtime: services.runtime.name,
      queue: services.places.depth(),
      state: describeState(state, mayKnow),
      backends: Object.fromEntries(
        snapshots.map((snapshot) => [snapshot.backend.name, describe(snapshot, mayKnow)]),
      ),
    });
  };
}

/** 200 as long as the process handles requests at all. */
export function reportLive(c: Context<AppEnv>): Response {
  return c.json({ status: "ok" });
}

/**
 * 200 while this replica takes requests. That no backend answers is told and no reason to send it nothing: every replica
 * would say so at once, clients would find nobody instead of an error that explains, and a sleeping box would never be
 * woken. Whoever has another place to turn to asks with `?backends=required`: then it is 503.
 */
export function reportReady(services: Services): (c: Context<AppEnv>) => Promise<Response> {
  return async (c) => {
    const snapshots = await services.catalog.current();
    const isAnswered = snapshots.some(({ status }) => status === "up");
    const isReady = isAnswered || c.req.query("backends") !== "required";
    const backends = isAnswered ? "connected" : "unreachable";
    return c.json({ status: isReady ? "ready" : "not ready", backends }, isReady ? 200 : 503);
  };
}

/** Probes come without a key, so anybody gets names, states and counts; addresses only those who may use the proxy. */
function describe(
  { status, problem, models, inFlight, checkedAt, backend }: BackendSnapshot,
  mayKnow: boolean,
) {
  return {
    status,
    type: backend.type,
    models: models?.length ?? 0,
    loaded: models?.filter((model) => model.isLoaded === true).length ?? 0,
    in_flight: inFlight,
    checked_at: checkedAt === 0 ? null : new Date(checkedAt).toISOString(),
    ...(mayKnow ? { url: backend.baseUrl, problem: problem ?? null } : {}),
  };
}

/** The problem may name a host of the network. */
function describeState(state: StateStatus, mayKnow: boolean) {
  if (state.mode !== "local") return { mode: state.mode };
  const { mode, since, problem } = state;
  return { mode, since: new Date(since).toISOString(), ...(mayKnow ? { problem } : {}) };
}
