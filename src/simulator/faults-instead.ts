/** The failures that come in place of an answer. Knows nothing of the endpoint that was asked. */
import type { FaultInstead } from "./fault.ts";
import { errorResponse } from "./json-response.ts";

type ImmediateFault = Exclude<FaultInstead, "hang">;

const htmlPage = `<!DOCTYPE html>
<html><head><title>503</title></head><body><h1>Service unavailable</h1><p>A simulated page of a proxy in between.</p></body></html>
`;

const responses: Record<ImmediateFault, () => Response> = {
  "status-500": () => errorResponse(500, "Simulated failure of the engine."),
  "status-503-html": () =>
    new Response(htmlPage, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } }),
  "empty-500": () => new Response(null, { status: 500 }),
  // LM Studio answers 200 to what it does not know, so a status alone proves nothing (BT#618).
  "error-200": () => errorResponse(200, "Simulated failure under a status that tells of success."),
  "error-object-200": () =>
    errorResponse(200, {
      message: "Simulated failure under a status that tells of success.",
      type: "server_error",
      param: null,
      code: null,
    }),
  "rate-limit": () => {
    const response = errorResponse(429, "Simulated limit: too many requests.");
    response.headers.set("retry-after", "7");
    return response;
  },
  // Not OpenAI's words: `invalid_request` where OpenAI has `invalid_request_error` (opencode-lmstudio#41).
  unauthorized: () =>
    errorResponse(401, {
      type: "invalid_request",
      code: "invalid_api_key",
      message: "An LM Studio API token is required (simulated).",
    }),
};

/** The response of a failure that comes at once; `hang` is a matter of waiting. */
export function respondFault(fault: ImmediateFault): Response {
  return responses[fault]();
}
