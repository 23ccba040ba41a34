/** What a client is told when the stream of a backend goes wrong. Knows no frame. */
import type { BackendPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { badGateway, type ProxyError } from "../errors.ts";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import { FrameTooLargeError } from "../sse/frames.ts";
import type { AnswerContext } from "./answer-context.ts";
import { normaliseUpstreamError } from "./upstream-error.ts";

export interface StreamErrors {
  /** What an error event's data tells. */
  toError(data: string): ProxyError;
  /** For an event that cannot be read. */
  malformed(): ProxyError;
  /** For a stream that stops short. */
  truncated(): ProxyError;
  /** For reading that fails; `hasBegun` where the answer had. */
  broken(cause: unknown, hasBegun: boolean): ProxyError;
}

/** Takes from the context what errors name, and lets the rest of it go: an answer may be open for long. */
export function createStreamErrors(context: AnswerContext): StreamErrors {
  return new BackendErrors(context);
}

class BackendErrors implements StreamErrors {
  readonly #backend: BackendPlan;
  readonly #endpoint: Endpoint;
  readonly #method: string;
  readonly #path: string;
  readonly #broken: AnswerContext["broken"];

  constructor({ backend, endpoint, method, path, broken }: AnswerContext) {
    this.#backend = backend;
    this.#endpoint = endpoint;
    this.#method = method;
    this.#path = path;
    this.#broken = broken;
  }

  toError(data: string): ProxyError {
    return normaliseUpstreamError({
      backend: this.#backend,
      endpoint: this.#endpoint,
      method: this.#method,
      path: this.#path,
      status: 200,
      body: data,
    });
  }

  malformed(): ProxyError {
    return badGateway(
      `${labelOf(this.#backend)} sent an event that is no JSON object.`,
      "backend_event_malformed",
    );
  }

  truncated(): ProxyError {
    return badGateway(
      `${labelOf(this.#backend)} ended the answer before it was finished. Its own log tells why; did it unload the model or crash?`,
      "backend_stream_cut",
    );
  }

  broken(cause: unknown, hasBegun: boolean): ProxyError {
    if (cause instanceof FrameTooLargeError) {
      return badGateway(
        `${labelOf(this.#backend)} sent one event of more than ${cause.limitBytes} bytes.`,
        "backend_event_too_large",
      );
    }
    const error = this.#broken(cause);
    // What was lost in the middle was no answer that never began.
    return hasBegun && error.code === "backend_connection_lost" ? this.truncated() : error;
  }
}
