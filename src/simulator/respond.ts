/** Sends an answer as JSON or as events, with the pace and the failure that the request orders. Knows no endpoint. */
import { createBody } from "./body-stream.ts";
import type { Box, SimulatorContext } from "./box.ts";
import type { FaultWithin } from "./fault.ts";
import { type BodyStep, failureOf, planSteps } from "./faults-within.ts";
import { jsonResponse } from "./json-response.ts";
import type { StreamEvent } from "./stream-event.ts";

/** Answers with events; status 200 is out before the first of them exists. */
export function respondEvents(context: SimulatorContext, box: Box, events: Iterable<StreamEvent>): Response {
  const { order, work } = context.var;
  const steps = planSteps(events, order, box.conduct.failureEvent);
  const body = createBody(steps, order.tokenDelayMs ?? box.tokenDelayMs, work, box.timing);
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
  });
}

/** Answers with JSON after the time that its tokens take; `tokens` is 0 where nothing is generated. */
export async function respondJson(
  context: SimulatorContext,
  box: Box,
  value: unknown,
  tokens = 0,
): Promise<Response> {
  const { order, work } = context.var;
  await box.timing.pause(tokens * (order.tokenDelayMs ?? box.tokenDelayMs), work.signal);
  const text = JSON.stringify(value);
  if (order.within === undefined || order.within === "overflow-empty") return jsonResponse(text);
  // Without a stream the status is still free, and older builds used it (BT#237).
  const failure = failureOf(order.within);
  if (failure !== undefined) throw box.conduct.refuse(failure);
  const steps = planFaultyJson(text, order.within);
  return jsonResponse(text, 200, createBody(steps, 0, work, box.timing));
}

function planFaultyJson(text: string, fault: FaultWithin): Iterator<BodyStep> {
  const bytes = new TextEncoder().encode(text);
  const half: BodyStep = { kind: "frame", frame: bytes.slice(0, bytes.length >> 1), isPiece: false };
  switch (fault) {
    case "cut":
      return [half, { kind: "break" } as const].values();
    case "hang-body":
      return [{ kind: "silence" } as const].values();
    default:
      return [half].values();
  }
}
