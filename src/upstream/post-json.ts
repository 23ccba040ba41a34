/** Posts a request of the proxy's own to one backend and reads the whole answer. Knows no client's request. */
import type { BackendPlan } from "../config/plan.ts";
import { ProxyError } from "../errors.ts";
import { createCancellation } from "../http/cancel.ts";
import type { Runtime } from "../runtime.ts";
import { upstreamHeaders } from "./request.ts";
import { failureOf, send } from "./send.ts";
import type { StopSignal } from "../stop-signal.ts";

export interface OwnRequest {
  readonly backend: BackendPlan;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** In the backend's log. */
  readonly requestId: string;
}

export interface OwnAnswer {
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body of an answer with a status of success; undefined for any other. */
  readonly body: unknown;
}

/** Gives up after the backend's time for a first byte. Throws a ProxyError where no answer came. */
export async function postJson(
  { backend, path, body, requestId }: OwnRequest,
  runtime: Runtime,
  signal: StopSignal,
): Promise<OwnAnswer> {
  const cancellation = createCancellation(signal, "parent");
  const { firstByteTimeoutMs: timeoutMs } = backend;
  const giveUp = () => cancellation.cancel("first-byte-timeout");
  const stopTimer = timeoutMs > 0 ? runtime.setTimer(giveUp, timeoutMs) : () => {};
  const own = new Headers({ accept: "application/json", "content-type": "application/json" });
  const headers = upstreamHeaders(own, backend, requestId);
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  try {
    if (cancellation.signal.aborted) throw cancellation.signal.reason;
    const request = { method: "POST", path, headers, body: bytes };
    const response = await send(request, backend, runtime, cancellation);
    const text = await response.text();
    return {
      path,
      status: response.status,
      headers: response.headers,
      text,
      body: response.ok ? parseOrUndefined(text) : undefined,
    };
  } catch (thrown) {
    const isClear = thrown instanceof ProxyError && cancellation.reason === undefined;
    throw isClear ? thrown : failureOf(thrown, backend, cancellation);
  } finally {
    stopTimer();
    cancellation.finish();
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
