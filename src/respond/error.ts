/** The one place where an error becomes a Response. Knows no backend. */
import { internalError, ProxyError } from "../errors.ts";
import { formatErrorBody } from "../protocol/openai/error-body.ts";

/** Any thrown value as a ProxyError: what nobody foresaw becomes a 500 that tells nothing of the inside. */
export function toProxyError(thrown: unknown): ProxyError {
  return thrown instanceof ProxyError ? thrown : internalError(thrown);
}

/** The HTTP answer for an error, on top of the headers that every answer has; in OpenAI's form where no other is given. */
export function respondWithError(
  error: ProxyError,
  headers: Headers,
  format: (error: ProxyError) => object = formatErrorBody,
): Response {
  for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify(format(error)), { status: error.status, headers });
}
