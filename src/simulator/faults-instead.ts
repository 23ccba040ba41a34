/** The failures that come in place of an answer. Knows nothing of the endpoint that was asked. */
import type { FaultInstead } from "./fault.ts";
import type { Conduct } from "./conduct.ts";
import type { Failure } from "./failure.ts";
import { errorResponse } from "./json-response.ts";

type ImmediateFault = Exclude<FaultInstead, "hang">;

const htmlPage = `<!DOCTYPE html>
<html><head><title>503</title></head><body><h1>Service unavailable</h1><p>A simulated page of a proxy in between.</p></body></html>
`;

/** The response of a failure that comes at once; `hang` is a matter of waiting. */
export function respondFault(fault: ImmediateFault, conduct: Conduct): Response {
  switch (fault) {
    case "status-500":
      return respond(conduct, "engine");
    case "status-503-html":
      return new Response(htmlPage, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
    case "empty-500":
      return new Response(null, { status: 500 });
    case "rate-limit": {
      const response = respond(conduct, "rate-limit");
      response.headers.set("retry-after", "7");
      return response;
    }
    case "unauthorized":
    case "error-200":
    case "error-object-200":
      return respond(conduct, fault);
  }
}

function respond(conduct: Conduct, failure: Failure): Response {
  const { status, error } = conduct.refuse(failure);
  return errorResponse(status, error);
}
