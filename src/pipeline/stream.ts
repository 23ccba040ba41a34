/** Answers a streaming request: waits for the first frame, but not longer than a heartbeat, then feeds the client's stream. */
import { badGateway } from "../errors.ts";
import { takeHeaders } from "../normalise/answer.ts";
import { toProxyError } from "../respond/error.ts";
import { streamHeaders } from "../respond/headers.ts";
import { watchStream } from "../respond/stream.ts";
import { formatEvent } from "../sse/format.ts";
import { createEventStream, type EventStream, type StreamOutcome } from "../sse/stream.ts";
import type { Runtime } from "../runtime.ts";
import type { CancelReason } from "../http/cancel.ts";
import type { BreakerOutcome } from "../route/breaker.ts";
import { outcomeOfCancel } from "./attempt.ts";
import { createExcerpt } from "./excerpt.ts";
import type { Journey, OpenAnswer } from "./open-answer.ts";
import { settle } from "./settle.ts";
import { boundStream } from "./stream-bounds.ts";
import { respondWhole } from "./whole.ts";

/**
 * While nothing has been sent an error keeps its HTTP status; after the first heartbeat the status is 200 and an error
 * becomes an error event.
 */
export async function relayStream(opening: Promise<OpenAnswer>, journey: Journey): Promise<Response> {
  const { exchange, work, services } = journey;
  const { runtime, plan } = services;
  const open = await withinHeartbeat(opening, plan.heartbeatMs, runtime);
  if (open?.answer.kind === "json") return respondWhole(open, journey);
  const stream = createEventStream(runtime.openChannel, runtime.now, () => work.cancel("client-gone"));
  const told = open === undefined ? undefined : takeHeaders(open.answer);
  void feedClient(stream, opening, journey);
  return runtime.respond(stream.channel, 200, streamHeaders(exchange, runtime.now(), told));
}

/** Undefined when the heartbeat is due first; rejects as `opening` does. */
async function withinHeartbeat<T>(
  opening: Promise<T>,
  heartbeatMs: number,
  runtime: Runtime,
): Promise<T | undefined> {
  if (heartbeatMs === 0) return opening;
  let stopTimer = () => {};
  const due = new Promise<undefined>((resolve) => {
    stopTimer = runtime.setTimer(() => resolve(undefined), heartbeatMs);
  });
  try {
    return await Promise.race([opening, due]);
  } finally {
    stopTimer();
  }
}

async function feedClient(
  stream: EventStream,
  opening: Promise<OpenAnswer>,
  journey: Journey,
): Promise<void> {
  const { endpoint, services, work } = journey;
  const { plan, runtime } = services;
  let open: OpenAnswer | undefined;
  let ended: BreakerOutcome = "neutral";
  let stopLimit = () => {};
  const cutOff = () => {
    work.cancel("client-stalled");
    stream.breakOff();
  };
  const stopWatch = watchStream(
    stream,
    {
      heartbeatMs: plan.heartbeatMs,
      idleTimeoutMs: plan.idleTimeoutMs,
      why: () => journey.exchange.waitingFor?.(),
      onIdle: () => open?.attempt.cancellation.cancel("idle-timeout"),
      onStall: cutOff,
    },
    runtime,
  );
  try {
    open = await opening;
    const { answer } = open;
    const onOverdue = () => void (isStalled(stream, runtime) && cutOff());
    const bounded =
      answer.kind === "stream" ? boundStream(answer.source, plan.bounds, runtime, onOverdue) : undefined;
    const source = bounded?.source;
    stopLimit = bounded?.stop ?? stopLimit;
    const excerpt = plan.logResponseBodies ? createExcerpt() : undefined;
    const outcome =
      source !== undefined
        ? await stream.feed(excerpt === undefined ? source : excerpt.tap(source))
        : stream.finish(formatEvent(endpoint.formatStreamError(unexpectedJson())));
    const problem = answer.kind === "stream" ? answer.problem() : unexpectedJson().code;
    ended = outcomeOf(outcome, open.attempt.cancellation.reason, problem);
    end(journey, outcome, open.attempt.cancellation.reason ?? problem ?? undefined, excerpt?.bytes());
    // Deno keeps the connection of an aborted body that nobody is reading; a cancelled reader closes it.
    if (outcome !== "ended" && answer.kind === "stream") {
      void answer.source.reader.cancel().catch(() => {});
    }
  } catch (thrown) {
    const error = toProxyError(thrown);
    if (error.cause !== undefined && error.status === 500)
      runtime.log.error("defect", { error: String(error.cause) });
    end(journey, stream.finish(formatEvent(endpoint.formatStreamError(error))), error.code ?? error.message);
  } finally {
    stopWatch();
    stopLimit();
    open?.attempt.release(ended);
  }
}

/** A client that takes nothing for so long would not read why its answer ends either. */
const stallMs = 1_000;

function isStalled({ blockedSince }: EventStream, { now }: Runtime): boolean {
  return blockedSince !== undefined && now() - blockedSince >= stallMs;
}

/** What the stream's end says of the backend: one that broke or fell silent failed, a client that left says nothing. */
function outcomeOf(
  outcome: StreamOutcome,
  reason: CancelReason | undefined,
  problem: string | null | undefined,
): BreakerOutcome {
  const calledOff = outcomeOfCancel(reason);
  if (calledOff !== undefined) return calledOff;
  if (outcome === "cancelled") return "neutral";
  // Of several streams joined to one, one may have broken while the joined one ended as it should.
  return outcome === "faulted" || problem?.startsWith("backend_") === true ? "failure" : "success";
}

function end(journey: Journey, outcome: StreamOutcome, problem: string | undefined, body?: Uint8Array): void {
  const { exchange, work, services } = journey;
  const hasLeft = work.reason === "client-gone" || outcome === "cancelled";
  const left = work.reason === "client-stalled" ? work.reason : "client-gone";
  settle(exchange, work, services, {
    status: 200,
    outcome: hasLeft ? "cancelled" : problem === undefined ? outcome : "faulted",
    ...(hasLeft ? { problem: left } : problem === undefined ? {} : { problem }),
    ...(body === undefined ? {} : { body }),
  });
}

/** The status is 200 and the answer no stream: too late for either. */
function unexpectedJson() {
  return badGateway(
    "The backend answered in one piece although a stream was asked for.",
    "backend_did_not_stream",
  );
}
