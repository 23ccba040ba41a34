/** The end of an exchange, exactly once: a late abort means nothing any more, and the log gets its line. */
import type { Exchange } from "../exchange.ts";
import type { Cancellation } from "../http/cancel.ts";
import type { Services } from "./services.ts";
import { toSample } from "./request-sample.ts";
import { tokensOf } from "./token-count.ts";

export interface Ending {
  readonly status: number;
  /** `faulted` is an answer that broke after it had begun; `cancelled` a client that left. */
  readonly outcome: "ended" | "faulted" | "cancelled";
  /** An error's code or message, for the log. */
  readonly problem?: string;
  /** The answer's body or its beginning, written to the log only where the operator wants it. */
  readonly body?: Uint8Array;
}

/** A body in the log is cut at this length. */
export const loggedBodyBytes = 16 * 1024;

export function settle(exchange: Exchange, work: Cancellation, services: Services, ending: Ending): void {
  work.finish();
  services.admission.leave(exchange, chargedTokens(exchange, ending));
  const { log } = services.runtime;
  const now = services.runtime.now();
  services.metrics.requestEnded(toSample(exchange, ending, now));
  const { logResponseBodies } = services.plan;
  const fields = {
    request: exchange.id,
    method: exchange.method,
    path: exchange.path,
    status: ending.status,
    outcome: ending.outcome,
    ms: now - exchange.startedAt,
    client: exchange.clientAddress,
    principal: exchange.principal,
    asked: exchange.alias,
    model: exchange.target?.model,
    fallback: exchange.fallback,
    variant: exchange.target?.variant,
    backend: exchange.backend,
    waitedMs: exchange.waitedMs > 0 ? exchange.waitedMs : undefined,
    attempts: exchange.attempts > 1 ? exchange.attempts : undefined,
    firstByteMs: exchange.firstByteAt === undefined ? undefined : exchange.firstByteAt - exchange.startedAt,
    promptTokens: exchange.tokens.prompt,
    completionTokens: exchange.tokens.completion,
    problem: ending.problem,
    responseBody: logResponseBodies && ending.body !== undefined ? excerptOf(ending.body) : undefined,
  };
  if (ending.outcome === "ended" && ending.status < 500) log.info("request-end", fields);
  else if (ending.outcome === "cancelled") log.info("request-end", fields);
  else log.warn("request-end", fields);
}

/** None for what failed before its answer, since nobody got anything for them; undefined leaves it at the estimate. */
function chargedTokens(exchange: Exchange, { status, outcome }: Ending): number | undefined {
  const hasFailed = status >= 400 && outcome !== "cancelled";
  return tokensOf(exchange) ?? (hasFailed || exchange.attempts === 0 ? 0 : undefined);
}

/** The beginning of a body as text. */
export function excerptOf(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, loggedBodyBytes));
}
