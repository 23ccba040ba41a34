/** GET /: what a person sees who opens the proxy's address. */
import type { Context } from "hono";
import type { AppEnv } from "../pipeline/app-env.ts";
import { version } from "../version.ts";

export function welcome(c: Context<AppEnv>): Response {
  return c.json({
    name: "openai-local-proxy",
    version,
    base_url: `${new URL(c.req.url).origin}/v1`,
    health: "/health",
    models: "/v1/models",
  });
}
