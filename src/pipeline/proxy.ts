/** One handler for all model endpoints: read, resolve, try, answer. Knows no wire details. */
import type { Context } from "hono";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import type { AppEnv } from "./app-env.ts";
import { keepAlive } from "./keep-alive.ts";
import { readModelRequest } from "./model-request.ts";
import { type Opener, openWithFallbacks } from "./fallbacks.ts";
import { openEmbeddings } from "./embedding-batches.ts";
import { openResponse } from "./responses.ts";
import { openWithImages } from "./images.ts";
import type { Services } from "./services.ts";
import { runShadow } from "./shadow.ts";
import { relayStream } from "./stream.ts";
import { respondWhole } from "./whole.ts";

/** The Hono handler of an endpoint. Throws ProxyErrors, which the app renders. */
export function proxyTo(endpoint: Endpoint, services: Services): (c: Context<AppEnv>) => Promise<Response> {
  return async (c) => {
    const request = c.req.raw;
    const [exchange, work, key] = [c.get("exchange"), c.get("work"), c.get("key")];
    const body = await readModelRequest(request, endpoint, exchange, services, key);
    const journey = { endpoint, services, exchange, work };
    // Whoever relays the answer does not hold what was asked.
    const asking = { ...journey, longTexts: body.longTexts };
    const openFor = openerOf(endpoint.kind);
    const isShadowed = exchange.target?.shadow !== undefined;
    const opening = openWithFallbacks(openFor, request.headers, body, asking);
    if (isShadowed) keepAlive(c, runShadow(opening, openFor, request.headers, body, asking));
    if (exchange.streamed) return relayStream(opening, journey);
    const open = await opening;
    return open.answer.kind === "json" ? respondWhole(open, journey) : relayStream(opening, journey);
  };
}

/** What an endpoint needs besides one request and one answer. */
function openerOf(kind: Endpoint["kind"]): Opener {
  if (kind === "responses") return openResponse;
  return kind === "embeddings" ? openEmbeddings : openWithImages;
}
