/** What a client reads whose request cannot even be read. */
import { unreadableRequest } from "../errors.ts";
import type { Refusal } from "../http1/request-head.ts";
import { formatErrorBody } from "../protocol/openai/error-body.ts";

export const explainRefusal = (status: Refusal): string =>
  JSON.stringify(formatErrorBody(unreadableRequest(status)));
