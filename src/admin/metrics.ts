/** GET /metrics: what a Prometheus reads. For whoever may use the proxy, or has the admin's key. */
import type { Context } from "hono";
import { findCredential, maskKey } from "../auth/credentials.ts";
import { isAllowed } from "../auth/require-key.ts";
import { missingKey, ProxyError, wrongKey } from "../errors.ts";
import { isSameSecret } from "../http/constant-time.ts";
import type { Standing } from "../observe/metrics.ts";
import type { AppEnv } from "../pipeline/app-env.ts";
import type { Services } from "../pipeline/services.ts";

/** 200 in Prometheus's text format; 401 without a key where keys are asked for; 404 where nothing is counted. */
export function exposeMetrics(services: Services): (c: Context<AppEnv>) => Promise<Response> {
  return async (c) => {
    await requireReader(c.req.raw.headers, services);
    const exposed = await services.metrics.expose(standingOf(services));
    if (exposed === undefined) {
      throw new ProxyError({
        status: 404,
        type: "invalid_request_error",
        code: "metrics_not_kept",
        message: "This proxy keeps no metrics: on Workers its log lines are what can be counted.",
      });
    }
    return c.body(exposed.text, 200, { "content-type": exposed.contentType, "cache-control": "no-store" });
  };
}

async function requireReader(headers: Headers, { plan }: Services): Promise<void> {
  if (await isAllowed(headers, plan)) return;
  const key = findCredential(headers);
  if (key === undefined) throw missingKey();
  if (plan.adminKey === undefined || !isSameSecret(key, plan.adminKey.reveal())) throw wrongKey(maskKey(key));
}

function standingOf({ plan, pool, places, store }: Services): Standing {
  const { mode } = store.status();
  return {
    ...places.depth(),
    isStateShared: mode !== "memory",
    isStateDegraded: mode === "local",
    backends: pool.snapshot(plan).map(({ backend, status, isDrained, inFlight }) => ({
      name: backend.name,
      isUp: status === "up",
      isDrained: isDrained === true,
      inFlight,
    })),
  };
}
