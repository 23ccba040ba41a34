/** The outer stage: opens the record of a request, and ends it where an error did. */
import type { Context, ErrorHandler, MiddlewareHandler } from "hono";
import { clientGone } from "../errors.ts";
import type { Exchange } from "../exchange.ts";
import { createCancellation } from "../http/cancel.ts";
import { pathOf } from "../http/paths.ts";
import { createRequestIds } from "../http/request-id.ts";
import { respondWithError, toProxyError } from "../respond/error.ts";
import { formatMessagesError } from "../protocol/anthropic/messages.ts";
import { formatErrorBody } from "../protocol/openai/error-body.ts";
import { answerHeaders } from "../respond/headers.ts";
import type { Runtime } from "../runtime.ts";
import type { DoorReader } from "../translate/door.ts";
import type { AppEnv } from "./app-env.ts";
import type { Services } from "./services.ts";
import { settle } from "./settle.ts";

/** The record and the work of a request. */
export function openExchange(runtime: Runtime, readDoor: DoorReader): (c: Context<AppEnv>) => void {
  const requestId = createRequestIds();
  return (c) => {
    const request = c.req.raw;
    const path = pathOf(request.url);
    const { route, deployment } = readDoor(path);
    const exchange: Exchange = {
      id: requestId(request.headers.get("x-request-id")),
      startedAt: runtime.now(),
      method: request.method,
      path,
      route,
      deployment,
      clientAddress: runtime.clientAddress(request, c.env),
      principal: undefined,
      priority: 0,
      rateLimits: { requests: undefined, tokens: undefined },
      admitted: undefined,
      tokens: { prompt: undefined, completion: undefined },
      alias: undefined,
      target: undefined,
      fallback: undefined,
      backend: undefined,
      attempts: 0,
      waitingFor: undefined,
      waitedMs: 0,
      firstByteAt: undefined,
      streamed: false,
      mends: new Set(),
    };
    c.set("exchange", exchange);
    c.set("work", createCancellation(runtime.clientSignal(request), "client-gone"));
  };
}

/** For routes that the proxy answers by itself: every answer carries the request id. */
export const showRequestId: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  if (!c.res.headers.has("x-request-id")) c.res.headers.set("x-request-id", c.var.exchange.id);
};

/** For routes that the proxy answers by itself: their exchange ends with the handler. */
export function settleDirectly(services: Services): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const { exchange, work } = c.var;
    if (!c.res.headers.has("x-request-id")) c.res.headers.set("x-request-id", exchange.id);
    // An error has been settled where it was rendered.
    if (c.error === undefined) settle(exchange, work, services, { status: c.res.status, outcome: "ended" });
  };
}

/** Renders whatever a handler threw; a defect is logged with its stack, and tells the client nothing of the inside. */
export function renderError(services: Services): ErrorHandler<AppEnv> {
  return (thrown: Error, c: Context<AppEnv>) => {
    const { exchange, work } = c.var;
    const error = work.reason === "client-gone" ? clientGone() : toProxyError(thrown);
    const { log, now } = services.runtime;
    if (error.cause === thrown)
      log.error("defect", { request: exchange.id, error: thrown.stack ?? String(thrown) });
    settle(exchange, work, services, {
      status: error.status,
      outcome: work.reason === "client-gone" ? "cancelled" : "ended",
      problem: error.message,
    });
    const isAnthropic = exchange.route === "/messages" || exchange.route.startsWith("/messages/");
    return respondWithError(
      error,
      answerHeaders(exchange, now()),
      isAnthropic ? formatMessagesError : formatErrorBody,
      services.runtime.respond,
    );
  };
}
