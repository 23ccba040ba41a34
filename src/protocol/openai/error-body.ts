/** OpenAI's error object and its form inside streams. Knows no Response. */
import type { ProxyError } from "../../errors.ts";
import { isJsonObject } from "./fields.ts";

/** All four keys are always there; `code` and `param` are strings or null. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** The body of an HTTP error. */
export function formatErrorBody(error: ProxyError): ErrorBody {
  return { error: { message: error.message, type: error.type, param: error.param, code: error.code } };
}

/** The data of an error on a chat or completion stream: no `event:` line, since some clients parse every other line as JSON. */
export function formatStreamError(error: ProxyError): { data: string } {
  return { data: JSON.stringify(formatErrorBody(error)) };
}

/**
 * The error event of a Responses stream. OpenAI's schema has the fields at the top; its SDKs raise what stands under
 * `error`; so both are there.
 */
export function formatResponsesError(error: ProxyError, lastData?: unknown): { event: string; data: string } {
  const { message, param, code } = error;
  const lastNumber = isJsonObject(lastData) ? lastData["sequence_number"] : undefined;
  return {
    event: "error",
    data: JSON.stringify({
      type: "error",
      code,
      message,
      param,
      sequence_number: typeof lastNumber === "number" ? lastNumber + 1 : 0,
      ...formatErrorBody(error),
    }),
  };
}
