/** The one loop that tries: pick a backend, send, read the answer; again, or elsewhere, only while the client got nothing. */
import { internalError, ProxyError } from "../errors.ts";
import type { Exchange } from "../exchange.ts";
import type { Cancellation } from "../http/cancel.ts";
import type { BackendPlan } from "../config/plan.ts";
import { mayAskAgain, mayMoveOn } from "../route/failover.ts";
import { send } from "../upstream/send.ts";
import type { Place } from "../route/queue/waiting-room.ts";
import type { UpstreamRequest } from "../upstream/request.ts";
import { Attempt } from "./attempt.ts";
import { awaitReady } from "./await-ready.ts";
import { pause } from "./pause.ts";
import type { Wish } from "./router.ts";
import type { Services } from "./services.ts";

export interface AttemptPlan<T> {
  readonly wish: Wish;
  readonly toRequest: (backend: BackendPlan) => UpstreamRequest | Promise<UpstreamRequest>;
  /** Reads as much of the response as makes sure that it is an answer. */
  readonly read: (response: Response, attempt: Attempt) => Promise<T>;
  /** False where the request body can be read only once. */
  readonly canRepeat: boolean;
  /** Whether it takes a place on a backend, and waits for one; false for what costs a backend nothing. */
  readonly needsPlace: boolean;
  /** Where a place was taken already. */
  readonly placeOn?: string | undefined;
}

const none: ReadonlySet<string> = new Set();

const firstBackoffMs = 100;
const longestBackoffMs = 2_000;

/** The first answer, with its attempt still open; throws the last ProxyError. Ends at once when the client leaves. */
export async function runAttempts<T>(
  exchange: Exchange,
  work: Cancellation,
  services: Services,
  plan: AttemptPlan<T>,
): Promise<{ answer: T; attempt: Attempt }> {
  const { runtime, pool } = services;
  let tried = none;
  let isAskedAgain = false;
  let attempts = 0;
  let answered: ProxyError | undefined;
  for (;;) {
    const snapshots = pool.snapshot(services.plan);
    const isHeld = plan.placeOn !== undefined && !tried.has(plan.placeOn);
    // Asking for an order counts as a turn where policies take turns.
    const order = isHeld ? [plan.placeOn] : services.router.order(plan.wish, tried);
    const taking = plan.needsPlace ? takePlace(order, plan.wish, exchange, work, services) : undefined;
    const place = taking instanceof Promise ? await taking : taking;
    const chosen = place?.backend ?? order[0];
    const snapshot = snapshots.find(({ backend: { name } }) => name === chosen);
    if (snapshot === undefined) throw new Error("A plan without backends passed the configuration's checks.");
    const { backend } = snapshot;
    exchange.backend = backend.name;
    exchange.waitedMs += place?.waitedMs ?? 0;
    exchange.attempts++;
    attempts++;
    const attempt = new Attempt(backend, work, services, place);
    try {
      const { signal } = attempt.cancellation;
      const waiting = awaitReady(snapshot, exchange, plan.wish.needs.model, signal, services);
      if (waiting !== undefined) await waiting;
      const made = toRequest(plan, backend);
      const request = made instanceof Promise ? await made : made;
      attempt.expectFirstByte();
      const response = await send(request, backend, runtime, attempt.cancellation);
      pool.reportTraffic(backend, undefined);
      const answer = await plan.read(response, attempt);
      attempt.gotFirstByte();
      exchange.firstByteAt = runtime.now();
      services.router.remember(plan.wish, backend.name);
      return { answer, attempt };
    } catch (thrown) {
      const error = attempt.broken(thrown);
      attempt.fail(error);
      if (error.retry === "safe") pool.reportTraffic(backend, error.message);
      if (!plan.canRepeat || work.reason !== undefined) throw error;
      tried = new Set(tried).add(backend.name);
      const hasOther = services.router.order(plan.wish, tried).length > 0;
      const isMovingOn = hasOther && mayMoveOn(error);
      const isRetried = error.retry === "safe" && attempts <= services.plan.maxRetries;
      const isRepeated: boolean = !isMovingOn && !isAskedAgain && mayAskAgain(error);
      // What a box said tells more than that another one is not there.
      if (error.origin === "upstream") answered = error;
      if (!isMovingOn && !isRetried && !isRepeated) throw answered ?? error;
      runtime.log.debug("attempt-retry", {
        request: exchange.id,
        backend: backend.name,
        problem: error.message,
      });
      if (isMovingOn) continue;
      isAskedAgain ||= isRepeated;
      tried = none;
      const backoffMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (attempts - 1));
      await pause(backoffMs * (0.5 + runtime.random() / 2), runtime, work.signal);
    }
  }
}

/** What fails before anything was sent is the request's fault or the proxy's, and none of the backend's. */
function toRequest<T>(
  plan: AttemptPlan<T>,
  backend: BackendPlan,
): UpstreamRequest | Promise<UpstreamRequest> {
  const ownFault = (thrown: unknown): never => {
    throw thrown instanceof ProxyError ? thrown : internalError(thrown);
  };
  try {
    const made = plan.toRequest(backend);
    return made instanceof Promise ? made.catch(ownFault) : made;
  } catch (thrown) {
    return ownFault(thrown);
  }
}

function takePlace(
  order: readonly string[],
  { needs: { model } }: Wish,
  exchange: Exchange,
  { signal }: Cancellation,
  { places }: Services,
): Place | Promise<Place> {
  const now = signal.aborted ? undefined : places.takeNow?.(order, { exchange, model });
  return now ?? places.take(order, { exchange, model }, signal);
}
