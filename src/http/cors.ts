/** Lets browsers read answers. Knows no route. */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/** `origins` may hold `*`. A POST that comes from no browser is spared the headers, which only a browser reads. */
export function letBrowsersRead(
  origins: readonly string[],
  exposedHeaders: readonly string[],
): MiddlewareHandler {
  const handle = cors({
    origin: origins.includes("*") ? "*" : [...origins],
    exposeHeaders: [...exposedHeaders],
    maxAge: 86_400,
  });
  return (c, next) => {
    const isFromElsewhere = c.req.method === "POST" && !c.req.raw.headers.has("origin");
    return isFromElsewhere ? next() : handle(c, next);
  };
}
