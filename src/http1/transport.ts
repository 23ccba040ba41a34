/** Sends requests to boxes over connections that are kept: no `fetch`, no stream where the body is wanted whole. */
import type { Runtime } from "../runtime.ts";
import { asError } from "./as-error.ts";
import { BoxCall } from "./box-call.ts";
import { Origin } from "./origin.ts";
import type { TransportParts } from "./transport-parts.ts";

/** Between two looks at connections that were idle for too long, in milliseconds. */
const sweepMs = 1_000;

export function createTransport(parts: TransportParts): Runtime["fetch"] {
  const origins = new Map<string, Origin>();
  let isSweepDue = false;

  function originOf(text: string): Origin {
    const known = origins.get(text);
    if (known !== undefined) return known;
    const origin = new Origin(text, parts, sweepSoon);
    origins.set(text, origin);
    return origin;
  }

  /** Closes what was idle for too long, while there is any. */
  function sweepSoon(): void {
    if (isSweepDue) return;
    isSweepDue = true;
    const timer: number | { unref?(): unknown } = setTimeout(() => {
      isSweepDue = false;
      const now = Date.now();
      let isAnyLeft = false;
      for (const origin of origins.values()) isAnyLeft = origin.closeIdle(now) || isAnyLeft;
      if (isAnyLeft) sweepSoon();
    }, sweepMs);
    // Nobody waits for it at the process's end.
    if (typeof timer !== "number") timer.unref?.();
  }

  return (url, init) =>
    new Promise((resolve, reject) => {
      if (init.signal.aborted) return reject(asError(init.signal.reason));
      const pathStart = url.indexOf("/", url.indexOf("//") + 2);
      const origin = originOf(pathStart === -1 ? url : url.slice(0, pathStart));
      const path = pathStart === -1 ? "/" : url.slice(pathStart);
      new BoxCall(origin, init, path, { resolve, reject }).begin();
    });
}
