/** Reads fields that a Responses request must have, and says what is wrong with those it cannot read. */
import { badRequest, type ProxyError } from "../../errors.ts";
import type { JsonObject } from "../../protocol/openai/fields.ts";

/** The string at `key`; an error that names its path where there is none. */
export function requireString(object: JsonObject, key: string, path: string): string {
  const value = object[key];
  if (typeof value === "string") return value;
  throw badRequest(
    `Invalid value for '${path}.${key}': expected a string.`,
    `${path}.${key}`,
    value === undefined ? "missing_required_parameter" : "invalid_type",
  );
}

/** For what the wire knows, but a backend that only speaks chat completions cannot be asked for. */
export function unsupported(what: string, param: string, advice: string): ProxyError {
  return badRequest(
    `${what} is not available on this backend, which answers /v1/responses by way of chat completions. ${advice}`,
    param,
    "unsupported_parameter",
  );
}
