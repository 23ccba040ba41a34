/** The failures that happen to a stream of events, as steps without time. Knows no endpoint. */
import { formatEvent } from "../sse/format.ts";
import type { FaultWithin, Order } from "./fault.ts";
import type { StreamEvent } from "./stream-event.ts";

/** What a body does next: sends a frame, breaks off, or says nothing for ever. */
export type BodyStep =
  | { readonly kind: "frame"; readonly frame: Uint8Array; readonly isPiece: boolean }
  | { readonly kind: "break" }
  | { readonly kind: "silence" };

export const computeError = "Compute error.";
export const overflowError =
  "The number of tokens to keep from the initial prompt is greater than the context length (simulated).";

/** The steps of a stream with its ordered failure in them, if any. */
export function* planSteps(events: Iterable<StreamEvent>, order: Order): Generator<BodyStep> {
  if (order.within !== undefined && isFirst(order.within)) {
    yield* strike(order.within);
    return;
  }
  let pending = order.within;
  let pieces = 0;
  for (const event of events) {
    const isDue = event.stage === "close" || (event.stage === "piece" && pieces === order.after);
    if (pending !== undefined && isDue) {
      yield* strike(pending);
      if (pending !== "malformed") return;
      pending = undefined;
    }
    if (event.stage === "piece") pieces += 1;
    yield frameStep(event.name, event.data, event.stage === "piece");
  }
}

function isFirst(fault: FaultWithin): boolean {
  return fault === "stream-error-first" || fault === "overflow-first" || fault === "hang-body";
}

function* strike(fault: FaultWithin): Generator<BodyStep> {
  switch (fault) {
    case "cut":
      yield { kind: "break" };
      break;
    case "hang-body":
      yield { kind: "silence" };
      break;
    case "malformed":
      yield frameStep(undefined, '{"id":"simulated","choices":[{"delta":{"content":"bro', true);
      break;
    case "stream-error":
    case "stream-error-first":
      yield errorStep(computeError);
      break;
    case "overflow-first":
      // Under status 200, since the headers left before the prompt was read (BT#2322).
      yield errorStep(overflowError);
      break;
    case "end-early":
      break;
  }
}

/** The message stands twice and there is neither type nor code (goai#110). */
function errorStep(message: string): BodyStep {
  return frameStep("error", JSON.stringify({ error: { message }, message }), false);
}

function frameStep(name: string | undefined, data: string, isPiece: boolean): BodyStep {
  return { kind: "frame", frame: formatEvent({ event: name, data }), isPiece };
}
