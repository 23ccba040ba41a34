/** The door: whose key is it, may it use this, and may it come in now? Knows no body. */
import type { Context, MiddlewareHandler, Next } from "hono";
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
export function letIn(services: Services): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const key = requireKey(c.req.raw.headers, services.plan);
    const entering =
      key instanceof Promise ? key.then((found) => enter(found, c, services)) : enter(key, c, services);
    return entering === undefined ? next() : goOn(entering, next);
  };
}

/** Nothing is waited for where all that is asked is known to this process. */
function enter(
  key: KeyPlan | undefined,
  c: Context<AppEnv>,
  { plan, admission }: Services,
): Promise<void> | undefined {
  const exchange = c.get("exchange");
  c.set("key", key);
  exchange.principal = key?.name;
  exchange.priority = key?.priority ?? 0;
  requireEndpoint(key, exchange.method, exchange.route);
  // Like OpenAI's: asking for the models takes nothing from anybody.
  if (endpointOf(exchange.route) === "models") return undefined;
  return admission.enter(exchange, callerOf(key, exchange, plan));
}

async function goOn(entering: Promise<void | undefined>, next: Next): Promise<void> {
  await entering;
  await next();
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
