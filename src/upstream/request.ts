/** Makes the request that goes to a backend: its URL, its own credential, never the client's. Pure. */
import type { BackendPlan } from "../config/plan.ts";
import type { UpstreamBytes } from "../runtime.ts";
import { forwardRequestHeaders, type HeaderMap } from "../http/headers.ts";

export interface UpstreamRequest {
  readonly method: string;
  /** With its leading slash, and the query if one is to be sent. */
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: UpstreamBytes;
}

/** The headers of the client that may pass, the backend's own, and the request id. */
export function upstreamHeaders(client: Headers, backend: BackendPlan, requestId: string): HeaderMap {
  const headers = forwardRequestHeaders(client);
  headers.set("x-request-id", requestId);
  if (backend.apiKey !== undefined) headers.set("authorization", `Bearer ${backend.apiKey.reveal()}`);
  for (const [name, value] of backend.headers) headers.set(name.toLowerCase(), value.reveal());
  return headers;
}
