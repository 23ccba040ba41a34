/** The one error type and its makers: each says what went wrong and what to do next. Knows no Response and no stream. */

/** OpenAI's own values of `error.type` that the proxy makes or passes on. */
export type ErrorType = "invalid_request_error" | "server_error" | "requests" | "tokens" | (string & {});

export interface ProxyErrorFacts {
  readonly status: number;
  readonly type: ErrorType;
  /** A string or null, as OpenAI's contract has it; never a number. */
  readonly code: string | null;
  readonly param?: string | null;
  readonly message: string;
  /** Who speaks: the proxy itself, or a backend whose words are passed on. */
  readonly origin?: "proxy" | "upstream";
  /** Whether trying again cannot do the work twice: `safe` only while nothing was sent. */
  readonly retry?: "safe" | "never";
  /** Extra response headers, such as `retry-after` or `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True where the backend does not have the whole path. */
  readonly isUnknownUrl?: boolean;
  readonly cause?: unknown;
}

export class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly status: number;
  readonly type: ErrorType;
  readonly code: string | null;
  readonly param: string | null;
  readonly origin: "proxy" | "upstream";
  readonly retry: "safe" | "never";
  readonly headers: Readonly<Record<string, string>>;
  readonly isUnknownUrl: boolean;

  constructor(facts: ProxyErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.status = facts.status;
    this.type = facts.type;
    this.code = facts.code;
    this.param = facts.param ?? null;
    this.origin = facts.origin ?? "proxy";
    this.retry = facts.retry ?? "never";
    this.headers = facts.headers ?? {};
    this.isUnknownUrl = facts.isUnknownUrl ?? false;
  }
}

const noRetry = { "x-should-retry": "false" };

/** 400: the request itself is wrong; `param` is the JSON path of the field at fault. */
export function badRequest(
  message: string,
  param: string | null = null,
  code: string | null = null,
): ProxyError {
  return new ProxyError({ status: 400, type: "invalid_request_error", code, param, message });
}

const unreadable: Readonly<Record<number, string>> = {
  408: "The request's head did not come in time.",
  417: "Nothing but 100-continue can be expected.",
  431: "The request's headers are too long.",
  501: "The request's body comes in a transfer coding that is not known; send it with a content-length or in chunks.",
  505: "Only HTTP/1.1 and HTTP/1.0 are spoken here.",
};

/** For what cannot be read as a request at all; 400 where no better status is given. */
export function unreadableRequest(status: number): ProxyError {
  const message = unreadable[status] ?? "This is no well-formed HTTP request.";
  return new ProxyError({ status, type: "invalid_request_error", code: null, message });
}

/** 401 without a key. */
export function missingKey(): ProxyError {
  return new ProxyError({
    status: 401,
    type: "invalid_request_error",
    code: null,
    message:
      "You didn't provide an API key. Send one of this proxy's keys in an Authorization header (Authorization: Bearer YOUR_KEY), or in api-key or x-api-key.",
    headers: { "www-authenticate": "Bearer" },
  });
}

/** 401 with a key that is not in the list; only the key's ends are shown. */
export function wrongKey(maskedKey: string): ProxyError {
  return new ProxyError({
    status: 401,
    type: "invalid_request_error",
    code: "invalid_api_key",
    message: `Incorrect API key provided: ${maskedKey}. Ask the proxy's operator for a key; they stand in authentication.valid_api_keys and in keys.`,
    headers: { "www-authenticate": "Bearer" },
  });
}

/** 400 or 404 by the operator's choice: no mapping, pattern, default or backend knows the name. */
export function modelNotFound(status: 400 | 404, model: string, nearest: readonly string[]): ProxyError {
  const advice =
    nearest.length > 0
      ? `Nearest known names: ${nearest.map((name) => `\`${name}\``).join(", ")}.`
      : "No name is known yet: is a model downloaded on the backend?";
  return new ProxyError({
    status,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
    message: `The model \`${model}\` does not exist here. ${advice} GET /v1/models lists all; model_mapping adds more.`,
    headers: noRetry,
  });
}

/** 404: a path that neither the proxy nor the backend has. */
export function unknownUrl(method: string, path: string): ProxyError {
  return new ProxyError({
    status: 404,
    type: "invalid_request_error",
    code: null,
    message: `Invalid URL (${method} ${path}): neither the proxy nor the backend has it. API paths begin with /v1, such as /v1/chat/completions.`,
    isUnknownUrl: true,
  });
}

/** 405: the path is known, with other methods. */
export function methodNotAllowed(method: string, path: string, allowed: readonly string[]): ProxyError {
  return new ProxyError({
    status: 405,
    type: "invalid_request_error",
    code: "method_not_supported",
    message: `Not allowed to ${method} on ${path}: use ${allowed.join(" or ")}.`,
    headers: { allow: allowed.join(", ") },
  });
}

/** 400: more messages than `limits.messages` lets through. */
export function tooManyMessages(param: string, limit: number, count: number): ProxyError {
  return badRequest(
    `Invalid '${param}': array too long. At most ${limit} are let through here, and this one has ${count}.`,
    param,
    "array_above_max_length",
  );
}

/** 400: the prompt fills the whole context, so that nothing could be answered; both in tokens. */
export function contextOverflow(limit: number, asked: number): ProxyError {
  return new ProxyError({
    status: 400,
    type: "invalid_request_error",
    code: "context_length_exceeded",
    param: "messages",
    message: `This model was loaded with a context of ${limit} tokens, and the messages alone have ${asked}. Send fewer, or load the model with a longer context.`,
    headers: noRetry,
  });
}

/** 413: the body is over `request.max_content_length`. */
export function bodyTooLarge(limitBytes: number): ProxyError {
  return new ProxyError({
    status: 413,
    type: "invalid_request_error",
    code: "request_too_large",
    message: `The request body is larger than ${limitBytes} bytes. Send less, or raise request.max_content_length in the proxy's configuration.`,
    headers: noRetry,
  });
}

/** 429: every place on the backends is taken, and so is the queue for them. */
export function queueFull(retryAfterSeconds: number): ProxyError {
  return new ProxyError({
    status: 429,
    type: "requests",
    code: "rate_limit_exceeded",
    message: `All places on the backends are taken, and the queue for them is full. Try again in ${retryAfterSeconds} s; more places, a longer queue or one more backend would help.`,
    headers: { "retry-after": String(retryAfterSeconds) },
  });
}

/** The end of a stream that ran past `limits.stream_seconds`. */
export function streamTooLong(limitMs: number): ProxyError {
  return new ProxyError({
    status: 400,
    type: "invalid_request_error",
    code: "stream_too_long",
    message: `The answer was ended after ${limitMs / 1000} seconds, the most that a stream may take here (limits.stream_seconds). Ask for a shorter one.`,
    headers: noRetry,
  });
}

/** The end of a stream that grew past `limits.stream_bytes`. */
export function streamTooLarge(limitBytes: number): ProxyError {
  return new ProxyError({
    status: 400,
    type: "invalid_request_error",
    code: "stream_too_large",
    message: `The answer was ended at ${limitBytes} bytes, the most that a stream may have here (limits.stream_bytes). Ask for a shorter one.`,
    headers: noRetry,
  });
}

/** 499: the client left; nobody reads this, the log does. */
export function clientGone(): ProxyError {
  return new ProxyError({
    status: 499,
    type: "invalid_request_error",
    code: "client_closed_request",
    message: "The client closed the connection before the answer.",
  });
}

/** 500: a defect of the proxy. The message tells nothing of the inside; the log does, under the request id. */
export function internalError(cause: unknown): ProxyError {
  return new ProxyError({
    status: 500,
    type: "server_error",
    code: null,
    message:
      "The proxy failed to handle this request. Its log tells why, under the x-request-id of this answer.",
    cause,
  });
}

/** 502: the backend cannot be reached or does not speak as expected. `retry` is `safe` if nothing was sent. */
export function badGateway(
  message: string,
  code: string,
  options: { readonly retry?: "safe" | "never"; readonly cause?: unknown } = {},
): ProxyError {
  return new ProxyError({ status: 502, type: "server_error", code, message, ...options });
}

/** 503: the request waited for a place on a backend until its time was over. Nothing was sent. */
export function queueTimeout(waitedMs: number, retryAfterSeconds: number): ProxyError {
  return new ProxyError({
    status: 503,
    type: "server_error",
    code: "queue_timeout",
    message: `No backend had a place for this request within ${Math.round(waitedMs / 1_000)} s. Try again in ${retryAfterSeconds} s, or allow a longer wait; GET /health tells which backends are up.`,
    headers: { "retry-after": String(retryAfterSeconds) },
  });
}

/** 504: the backend stayed silent for too long. */
export function gatewayTimeout(message: string, code: string): ProxyError {
  return new ProxyError({ status: 504, type: "server_error", code, message, headers: noRetry });
}
