/** What travels with a request through Hono's context. */
import type { Exchange } from "../exchange.ts";
import type { Cancellation } from "../http/cancel.ts";

export interface AppEnv {
  Variables: {
    exchange: Exchange;
    /** All work for this request; the client's leaving calls it off. */
    work: Cancellation;
  };
}
