/** Work that goes on after its request is answered. Knows nothing of the work. */
import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";

/** Workers end what a request began when it is answered, unless they are told; other runtimes have no such context. */
export function keepAlive(c: Context<AppEnv>, work: Promise<void>): void {
  try {
    c.executionCtx.waitUntil(work);
  } catch {
    // Hono throws where there is none.
  }
}
