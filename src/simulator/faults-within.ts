/** The failures that happen to a stream of events, as steps without time. Knows no endpoint. */
import { formatEvent } from "../sse/format.ts";
import type { Failure } from "./failure.ts";
import type { FaultWithin, Order } from "./fault.ts";
import type { StreamEvent } from "./stream-event.ts";

/** What a body does next: sends a frame, breaks off, or says nothing for ever. */
export type BodyStep =
  | { readonly kind: "frame"; readonly frame: Uint8Array; readonly isPiece: boolean }
  | { readonly kind: "break" }
  | { readonly kind: "silence" };

/** How the server tells a failure once its stream has begun. */
export type ToEvent = (failure: Failure) => StreamEvent;

/** The failure that a fault is; undefined where it is one of the line and not of the server. */
export function failureOf(fault: FaultWithin): Failure | undefined {
  return failures[fault];
}

const failures: Partial<Record<FaultWithin, Failure>> = {
  "stream-error": "compute",
  "stream-error-first": "compute",
  // Under status 200, since the headers left before the prompt was read (BT#2322).
  "overflow-first": "overflow",
  // Another client's model took its place (BT#671, #1796).
  "model-unloaded": "unloaded",
};

/** The steps of a stream with its ordered failure in them, if any. */
export function* planSteps(
  events: Iterable<StreamEvent>,
  order: Order,
  toEvent: ToEvent,
): Generator<BodyStep> {
  if (order.within !== undefined && isFirst(order.within)) {
    yield* strike(order.within, toEvent);
    return;
  }
  // An empty success is made where the answer is, not here.
  let pending = order.within === "overflow-empty" ? undefined : order.within;
  let pieces = 0;
  let held: Uint8Array = new Uint8Array();
  for (const event of events) {
    const isDue = event.stage === "close" || (event.stage === "piece" && pieces === order.after);
    if (pending !== undefined && isDue) {
      if (held.length > 0) yield { kind: "frame", frame: held, isPiece: false };
      held = new Uint8Array();
      yield* strike(pending, toEvent);
      if (pending !== "malformed") return;
      pending = undefined;
    }
    if (event.stage === "piece") pieces += 1;
    const frame = join(held, formatEvent({ event: event.name, data: event.data }));
    held = event.joinsNext === true ? frame : new Uint8Array();
    if (event.joinsNext !== true) yield { kind: "frame", frame, isPiece: event.stage === "piece" };
  }
}

function isFirst(fault: FaultWithin): boolean {
  return fault === "stream-error-first" || fault === "overflow-first" || fault === "hang-body";
}

function* strike(fault: FaultWithin, toEvent: ToEvent): Generator<BodyStep> {
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
    case "end-early":
      break;
    default: {
      const failure = failureOf(fault);
      if (failure === undefined) break;
      const { name, data } = toEvent(failure);
      yield frameStep(name, data, false);
    }
  }
}

function frameStep(name: string | undefined, data: string, isPiece: boolean): BodyStep {
  return { kind: "frame", frame: formatEvent({ event: name, data }), isPiece };
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
