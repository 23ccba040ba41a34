/** Lets a request's coming be the moment to hear what other replicas found of the boxes. The request does not wait for it. */
import type { MiddlewareHandler } from "hono";
import type { BackendPlan } from "../config/plan.ts";
import type { SharedBreakers } from "../store/shared-breakers.ts";
import type { AppEnv } from "./app-env.ts";
import { keepAlive } from "./keep-alive.ts";

/** Reads once in a while, however many requests come. */
export function hearReplicas(
  breakers: SharedBreakers,
  backends: readonly BackendPlan[],
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const reading = breakers.lookAround(backends);
    if (reading !== undefined) keepAlive(c, reading);
    await next();
  };
}
