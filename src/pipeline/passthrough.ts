/** The catch-all: any other path and method, bodies streamed both ways. Knows no endpoint. */
import type { Context } from "hono";
import { bodyTooLarge } from "../errors.ts";
import type { Exchange } from "../exchange.ts";
import { announcedLength, limitBody } from "../http/body.ts";
import type { CancelReason, Cancellation } from "../http/cancel.ts";
import { mediaType } from "../http/headers.ts";
import { forwardQuery, upstreamPath } from "../http/paths.ts";
import { errorOf, maxErrorBytes } from "../normalise/answer.ts";
import { isHiddenError } from "../normalise/hidden-error.ts";
import { readStart, resumeBody } from "../normalise/peek.ts";
import { normaliseUpstreamError } from "../normalise/upstream-error.ts";
import { answerHeaders } from "../respond/headers.ts";
import { upstreamHeaders } from "../upstream/request.ts";
import type { BreakerOutcome } from "../route/breaker.ts";
import type { AppEnv } from "./app-env.ts";
import { type Attempt, outcomeOfCancel } from "./attempt.ts";
import { runAttempts } from "./attempts.ts";
import { type BodyEnd, watchBody } from "./passed-body.ts";
import type { Services } from "./services.ts";
import { type Ending, settle } from "./settle.ts";

/** The Hono handler of every path that no route has. */
export function passThrough(services: Services): (c: Context<AppEnv>) => Promise<Response> {
  return async (c) => {
    const { exchange, work } = c.var;
    const request = c.req.raw;
    const { maxBodyBytes } = services.plan;
    const announced = announcedLength(request.headers);
    if (announced !== undefined && announced > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);

    const { answer, attempt } = await runAttempts(exchange, work, services, {
      wish: {
        needs: { model: undefined, kind: "chat" },
        // What is kept on one backend, such as files, has to be found there again.
        route: { backends: undefined, policy: "in_order" },
      },
      canRepeat: request.body === null,
      needsPlace: false,
      toRequest: (backend) => {
        const headers = upstreamHeaders(request.headers, backend, exchange.id);
        if (announced !== undefined && request.body !== null)
          headers.set("content-length", String(announced));
        return {
          method: request.method,
          path: upstreamPath(exchange.path, exchange.route) + forwardQuery(request.url),
          headers,
          // Of a body with an announced length the server itself sees to it that no more comes.
          body:
            request.body === null || announced !== undefined
              ? request.body
              : limitBody(request.body, maxBodyBytes, work),
        };
      },
      read: (response, attempt) => readPassed(response, attempt, c.var.exchange),
    }).catch((thrown: unknown) => {
      throw work.reason === "body-too-large" ? bodyTooLarge(maxBodyBytes) : thrown;
    });

    const body = passBody(answer, { exchange, work, services, attempt });
    const headers = answerHeaders(exchange, services.runtime.now(), answer.headers);
    return services.runtime.respond(body, answer.status, headers);
  };
}

interface PassedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null;
}

/** Only a JSON answer is looked at, and only its start: it may be an error that came with a good status. */
async function readPassed(
  response: Response,
  attempt: Attempt,
  { method, path }: { readonly method: string; readonly path: string },
): Promise<PassedAnswer> {
  const { status, headers } = response;
  const { backend } = attempt;
  try {
    if (status >= 400) throw await errorOf(response, { backend, method, path });
    // The app takes no body along for a HEAD, so nobody would ever read an empty one to its end.
    if (method === "HEAD") return { status, headers, body: null };
    if (mediaType(headers) !== "application/json") return { status, headers, body: response.body };
    const start = await readStart(response.body, maxErrorBytes);
    if (start.rest === undefined && isHiddenError(start.bytes)) {
      throw normaliseUpstreamError({
        backend,
        method,
        path,
        status,
        body: new TextDecoder().decode(start.bytes),
        headers,
      });
    }
    return {
      status,
      headers,
      body: start.bytes.byteLength === 0 && start.rest === undefined ? null : resumeBody(start),
    };
  } catch (thrown) {
    throw attempt.broken(thrown);
  }
}

interface Passing {
  readonly exchange: Exchange;
  readonly work: Cancellation;
  readonly services: Services;
  readonly attempt: Attempt;
}

/** What the client is sent: once it is over, however that came, the attempt and the exchange are too. */
function passBody({ status, body }: PassedAnswer, passing: Passing): PassedAnswer["body"] {
  const { plan, runtime } = passing.services;
  const onEnd = (end: BodyEnd) => endPassing(end, status, passing);
  if (body instanceof ReadableStream)
    return watchBody(body, { idleTimeoutMs: plan.idleTimeoutMs, onEnd }, runtime);
  onEnd("whole");
  return body;
}

function endPassing(end: BodyEnd, status: number, { exchange, work, services, attempt }: Passing): void {
  if (end === "client-gone" || end === "client-stalled") work.cancel(end);
  if (end === "idle-timeout") attempt.cancellation.cancel(end);
  const { reason } = attempt.cancellation;
  const ending = endingOf(end, attempt);
  attempt.release(outcomeOf(end, reason));
  settle(exchange, work, services, { status, ...ending });
}

/** A client that left broke the body off too, whichever of the two was told first. */
function endingOf(end: BodyEnd, attempt: Attempt): Omit<Ending, "status"> {
  const { reason } = attempt.cancellation;
  if (reason === "client-gone" || reason === "client-stalled")
    return { outcome: "cancelled", problem: reason };
  if (reason !== undefined) return { outcome: "faulted", problem: reason };
  if (typeof end === "string") return { outcome: "ended" };
  const { code, message } = attempt.broken(end.cause);
  return { outcome: "faulted", problem: code ?? message };
}

/** What it says of the backend: one that broke or fell silent failed, and what was called off says nothing. */
function outcomeOf(end: BodyEnd, reason: CancelReason | undefined): BreakerOutcome {
  return outcomeOfCancel(reason) ?? (end === "whole" ? "success" : "failure");
}
