/** The door: whose key is it, may it use this, and may it come in now? Knows no body. */
import type { MiddlewareHandler } from "hono";
import type { Caller } from "../admission/admission.ts";
import { endpointOf, requireEndpoint } from "../auth/permission.ts";
import { requireKey } from "../auth/require-key.ts";
import { callerNetwork } from "../http/caller-network.ts";
import type { KeyPlan } from "../config/key-plan.ts";
import type { Plan } from "../config/plan.ts";
import type { Exchange } from "../exchange.ts";
import type { AppEnv } from "./app-env.ts";
import type { Services } from "./services.ts";

/** Refuses with 401, 403 or 429; whatever was taken is given back when the exchange is settled. */
export function letIn({ plan, admission }: Services): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const exchange = c.get("exchange");
    const key = await requireKey(c.req.raw.headers, plan);
    c.set("key", key);
    exchange.principal = key?.name;
    exchange.priority = key?.priority ?? 0;
    requireEndpoint(key, exchange.method, exchange.route);
    // Like OpenAI's: asking for the models takes nothing from anybody.
    if (endpointOf(exchange.route) !== "models")
      await admission.enter(exchange, callerOf(key, exchange, plan));
    await next();
  };
}

/** Each key's caller is made once. */
const callers = new WeakMap<KeyPlan, Caller>();

function callerOf(key: KeyPlan | undefined, exchange: Exchange, plan: Plan): Caller {
  if (key === undefined) {
    const address = callerNetwork(exchange.clientAddress ?? "unknown");
    return { id: `address:${address}`, label: `address ${address}`, limits: plan.anonymousLimits };
  }
  const known = callers.get(key);
  if (known !== undefined) return known;
  const caller = { id: `key:${key.name}`, label: `key '${key.name}'`, limits: key.limits };
  callers.set(key, caller);
  return caller;
}
