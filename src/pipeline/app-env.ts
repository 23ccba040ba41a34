/** What travels with a request through Hono's context. */
import type { KeyPlan } from "../config/key-plan.ts";
import type { Exchange } from "../exchange.ts";
import type { Cancellation } from "../http/cancel.ts";

export interface AppEnv {
  Variables: {
    exchange: Exchange;
    /** All work for this request; the client's leaving calls it off. */
    work: Cancellation;
    /** Undefined while authentication is off. */
    key: KeyPlan | undefined;
  };
}
