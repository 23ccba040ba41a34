/** Other vendors' names of `error.type`, in OpenAI's. Pure; knows no message. */
import type { ErrorType } from "../errors.ts";

/** Names that llama-server, Ollama, Anthropic and gateways use; the status says all that they do. */
const foreignTypes = new Set([
  "authentication_error",
  "billing_error",
  "exceed_context_size_error",
  "exception",
  "invalid_request",
  "not_found",
  "not_found_error",
  "not_supported_error",
  "overloaded_error",
  "permission_error",
  "rate_limit_error",
  "rate_limit_exceeded",
  "request_too_large",
  "service_unavailable",
  "timeout_error",
  "unavailable_error",
]);

/** Names that mean the server, whatever status came with them. */
const serverTypes = new Set(["api_error", "internal_error", "internal_server_error", "InternalServerError"]);

/** Python's exception classes and HTTP's phrases: `BadRequestError`, `Bad Request`. */
const className = /^[A-Z]/;

/** OpenAI's type for an error of this status; a name that is not known to be foreign stays. */
export function toErrorType(type: string | undefined, status: number): ErrorType {
  if (type !== undefined && isOwn(type)) return type;
  if (type !== undefined && serverTypes.has(type)) return "server_error";
  if (status === 429) return "requests";
  return status < 500 ? "invalid_request_error" : "server_error";
}

function isOwn(type: string): boolean {
  return !foreignTypes.has(type) && !serverTypes.has(type) && !className.test(type);
}

const statusByWord: readonly (readonly [RegExp, number])[] = [
  [/^(exceed_context_size_error|invalid_request.*|bad ?request.*|validation ?error)$/i, 400],
  [/^(authentication_error|permission_error|unauthorized|forbidden)$/i, 401],
  [/^(not_?found.*|not found)$/i, 404],
  [/^rate_limit.*$/i, 429],
  [/^not_supported_error$/i, 501],
  [/^(unavailable_error|overloaded_error|service_?unavailable.*|service unavailable)$/i, 503],
];

/** The HTTP status that a type stands for, where an error came without one. */
export function statusOfType(type: string | undefined): number | undefined {
  return type === undefined ? undefined : statusByWord.find(([word]) => word.test(type))?.[1];
}
