/** The one place where an error becomes a Response. Knows no backend. */
import { internalError, ProxyError } from "../errors.ts";
import type { HeaderMap } from "../http/headers.ts";
import { formatErrorBody } from "../protocol/openai/error-body.ts";
import { portableRespond, type Runtime } from "../runtime.ts";

/** Any thrown value as a ProxyError: what nobody foresaw becomes a 500 that tells nothing of the inside. */
export function toProxyError(thrown: unknown): ProxyError {
  return thrown instanceof ProxyError ? thrown : internalError(thrown);
}

/** The HTTP answer for an error, on top of the headers that every answer has; in OpenAI's form where no other is given. */
export function respondWithError(
  error: ProxyError,
  headers: HeaderMap,
  format: (error: ProxyError) => object = formatErrorBody,
  respond: Runtime["respond"] = portableRespond,
): Response {
  for (const [name, value] of Object.entries(error.headers)) headers.set(name.toLowerCase(), value);
  headers.set("content-type", "application/json");
  return respond(JSON.stringify(format(error)), error.status, headers);
}
