/** Gets the answer to a model request from a backend: what is sent and how it is read, for the attempt loop. */
import type { Exchange } from "../exchange.ts";
import type { Cancellation } from "../http/cancel.ts";
import { type Answer, readAnswer } from "../normalise/answer.ts";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import { encodeModelName } from "../protocol/openai/splice.ts";
import { upstreamHeaders } from "../upstream/request.ts";
import { type Attempt, runAttempts } from "./attempts.ts";
import type { Services } from "./services.ts";

/** An answer and the attempt that it belongs to, which is open until the last byte is on its way. */
export interface OpenAnswer {
  readonly answer: Answer;
  readonly attempt: Attempt;
}

/** One request on its way through the stages, with what they share. */
export interface Journey {
  readonly endpoint: Endpoint;
  readonly exchange: Exchange;
  readonly work: Cancellation;
  readonly services: Services;
}

/** `body` is the request as a backend is to get it. */
export function openAnswer(
  clientHeaders: Headers,
  body: Uint8Array<ArrayBuffer>,
  { endpoint, exchange, work, services }: Journey,
): Promise<OpenAnswer> {
  const encodedAlias = encodeModelName(exchange.alias ?? "");
  return runAttempts(exchange, work, services, {
    model: exchange.target?.model,
    canRepeat: true,
    toRequest: (backend) => {
      const headers = upstreamHeaders(clientHeaders, backend, exchange.id);
      headers.set("content-type", "application/json");
      return { method: "POST", path: `/v1${endpoint.path}`, headers, body };
    },
    read: (response, { backend, broken }) => {
      const { method, path } = exchange;
      return readAnswer(response, { backend, endpoint, method, path, encodedAlias, broken });
    },
  });
}
