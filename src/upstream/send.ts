/** The one place that sends requests to backends. Knows no retry and no choice of backend. */
import type { BackendPlan } from "../config/plan.ts";
import { labelOf } from "../dialects/label.ts";
import { badGateway, clientGone, gatewayTimeout, type ProxyError } from "../errors.ts";
import type { Cancellation } from "../http/cancel.ts";
import type { Runtime } from "../runtime.ts";
import { classifyFailure } from "./failure.ts";
import type { UpstreamRequest } from "./request.ts";

/**
 * The backend's answer, whatever its status; rejects with a ProxyError where it sends the proxy elsewhere, else with the
 * runtime's own error, of which `failureOf` makes one.
 */
export function send(
  request: UpstreamRequest,
  backend: BackendPlan,
  runtime: Runtime,
  { signal }: Cancellation,
): Promise<Response> {
  const { method, headers, body } = request;
  const sending = runtime.fetch(backend.baseUrl + request.path, { method, headers, body, signal });
  return sending.then((response) => refuseRedirect(response, backend));
}

function refuseRedirect(response: Response, backend: BackendPlan): Response {
  if (response.status >= 300 && response.status < 400 && response.status !== 304) {
    void response.body?.cancel().catch(() => {});
    throw badGateway(
      `${labelOf(backend)} answered with a redirect. If a login page stands before it, such as Cloudflare Access, put its service token into backends.${backend.name}.headers.`,
      "backend_redirected",
    );
  }
  return response;
}

/** What a failed call or read means, given who called it off, if anybody did. `problem` is what a look at the backend found. */
export function failureOf(
  thrown: unknown,
  backend: BackendPlan,
  cancellation: Cancellation,
  problem?: string,
): ProxyError {
  switch (cancellation.reason) {
    case "first-byte-timeout":
      return gatewayTimeout(
        `${labelOf(backend)} sent nothing for ${backend.firstByteTimeoutMs / 1000} seconds: is it loading a model or working through a long prompt? backends.${backend.name}.timeout sets the limit.`,
        "backend_timeout",
      );
    case "idle-timeout":
      return gatewayTimeout(
        `${labelOf(backend)} began to answer and then fell silent. stream.idle_timeout sets how long the proxy waits.`,
        "backend_stalled",
      );
    case "backend-down":
      return badGateway(
        problem ??
          `${labelOf(backend)} was found to be down before it answered this request: is it frozen, or off the network?`,
        "backend_down",
      );
    case "client-gone":
    case "client-stalled":
    case "parent":
    case "body-too-large":
      return clientGone();
    case undefined:
      return classifyFailure(thrown, backend);
  }
}
