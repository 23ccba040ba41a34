/** The catch-all: any other path and method, bodies streamed both ways. Knows no endpoint. */
import type { Context } from "hono";
import { bodyTooLarge } from "../errors.ts";
import { announcedLength, limitBody } from "../http/body.ts";
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
import type { Attempt } from "./attempt.ts";
import { runAttempts } from "./attempts.ts";
import type { Services } from "./services.ts";
import { settle } from "./settle.ts";

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

    const body = whenRead(answer.body, (outcome) => {
      attempt.release(work.reason === undefined ? outcome : "neutral");
      settle(exchange, work, services, { status: answer.status, outcome: "ended" });
    });
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

/** Calls back once, when the body was sent to its end, broke off, or the client left it. */
function whenRead(body: PassedAnswer["body"], done: (outcome: BreakerOutcome) => void): PassedAnswer["body"] {
  if (!(body instanceof ReadableStream)) {
    done("success");
    return body;
  }
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done: isOver, value } = await reader.read();
          if (!isOver) return controller.enqueue(value);
          done("success");
          controller.close();
        } catch (cause) {
          done("failure");
          controller.error(cause);
        }
      },
      cancel(reason) {
        done("neutral");
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
