/** Makes the state that the configuration asks for: of this process or its parent, or in Redis. Knows no client library. */
import type { Config } from "../config/schema.ts";
import { createPrometheusMetrics } from "../observe/prometheus.ts";
import type { Runtime } from "../runtime.ts";
import { createSharedState, createState, type ProxyState } from "../state.ts";
import { createRedisState } from "../store/redis-state.ts";
import type { StateOperations } from "../store/shared-state.ts";
import type { Shell } from "./shell.ts";

/** `parent` is what the workers of one machine share. A Redis that cannot be reached now is no reason not to start. */
export async function openState(
  config: Config["state"],
  runtime: Runtime,
  { connectRedis }: Pick<Shell, "connectRedis">,
  parent?: StateOperations,
): Promise<ProxyState> {
  const metrics = createPrometheusMetrics();
  const timeoutMs = config.command_timeout * 1000;
  const limits = { timeoutMs, leaseLifetimeMs: config.lease_lifetime * 1000 };
  if (config.url === undefined) {
    return parent === undefined
      ? createState(runtime, metrics)
      : createSharedState(parent, runtime, limits, metrics);
  }
  const redis = await connectRedis(config.url.reveal(), timeoutMs);
  const shared = createRedisState(redis, config.prefix);
  return createSharedState(shared, runtime, limits, metrics);
}
