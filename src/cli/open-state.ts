/** Makes the state that the configuration asks for: of this process alone, or shared through Redis. Knows no client library. */
import type { Config } from "../config/schema.ts";
import { createPrometheusMetrics } from "../observe/prometheus.ts";
import type { Runtime } from "../runtime.ts";
import { createSharedState, createState, type ProxyState } from "../state.ts";
import { createRedisState } from "../store/redis-state.ts";
import type { Shell } from "./shell.ts";

/** A Redis that cannot be reached now is no reason not to start. */
export async function openState(
  config: Config["state"],
  runtime: Runtime,
  { connectRedis }: Pick<Shell, "connectRedis">,
): Promise<ProxyState> {
  const metrics = createPrometheusMetrics();
  if (config.url === undefined) return createState(runtime, metrics);
  const timeoutMs = config.command_timeout * 1000;
  const redis = await connectRedis(config.url.reveal(), timeoutMs);
  const shared = createRedisState(redis, config.prefix);
  const limits = { timeoutMs, leaseLifetimeMs: config.lease_lifetime * 1000 };
  return createSharedState(shared, runtime, limits, metrics);
}
