/** One try on one backend, from the choice of it to the end of its answer: its place, its time limit, what came of it. */
import type { BackendPlan } from "../config/plan.ts";
import { ProxyError } from "../errors.ts";
import { type Cancellation, createCancellation } from "../http/cancel.ts";
import type { BreakerOutcome } from "../route/breaker.ts";
import type { Place } from "../route/queue/waiting-room.ts";
import { failureOf } from "../upstream/send.ts";
import type { Services } from "./services.ts";

/** The work of one attempt that is still open: its answer's body may still be on its way. */
export interface Attempt {
  readonly backend: BackendPlan;
  readonly cancellation: Cancellation;
  /** What a failed read means, given who called the attempt off. */
  broken(thrown: unknown): ProxyError;
  /** The request is about to be sent: what was waited for before, such as a load, is no slowness of its answer. */
  expectFirstByte(): void;
  /** Stops the wait for the first byte. */
  gotFirstByte(): void;
  /** Ends it without an answer. */
  fail(error: ProxyError): void;
  /** Gives the place on the backend back; once, whatever happened. Says how the answer went, well where left out. */
  release(outcome?: BreakerOutcome): void;
}

/** Opened as soon as a backend is chosen; the time to the first byte counts from `expectFirstByte` on. */
export function openAttempt(
  backend: BackendPlan,
  work: Cancellation,
  services: Services,
  place: Place | undefined,
): Attempt {
  let begunAt = services.runtime.now();
  let isSent = false;
  let ttftMs: number | undefined;
  const cancellation = createCancellation(work.signal, "parent");
  const release = services.pool.begin(backend);
  const timeoutMs = backend.firstByteTimeoutMs;
  const forget = services.pool.onDown(backend, () => cancellation.cancel("backend-down"));
  let stopTimer = () => {};
  const finish = (outcome: BreakerOutcome) => {
    stopTimer();
    forget();
    place?.release({ isServed: ttftMs !== undefined });
    release({ outcome: ttftMs === undefined && outcome === "success" ? "neutral" : outcome, ttftMs });
    cancellation.finish();
  };
  return {
    backend,
    cancellation,
    broken: (thrown) =>
      thrown instanceof ProxyError && cancellation.reason === undefined
        ? thrown
        : failureOf(thrown, backend, cancellation),
    expectFirstByte() {
      begunAt = services.runtime.now();
      isSent = true;
      if (timeoutMs === 0) return;
      stopTimer = services.runtime.setTimer(() => cancellation.cancel("first-byte-timeout"), timeoutMs);
    },
    gotFirstByte() {
      ttftMs ??= services.runtime.now() - begunAt;
      stopTimer();
      forget();
    },
    fail(error) {
      // A load that came to nothing is one thing, however many waited for it, and none of an answer.
      finish(isSent ? outcomeOf(error) : "neutral");
    },
    release(outcome = "success") {
      finish(outcome);
    },
  };
}

/** What an error says of the backend's health: a refusal is an answer, and a client that left says nothing. */
function outcomeOf({ status, code, origin }: ProxyError): BreakerOutcome {
  if (
    status === 499 ||
    code === "model_loading" ||
    code === "model_load_failed" ||
    status === 429 ||
    status === 501
  )
    return "neutral";
  if (status === 502 || status === 503 || status === 504) return "failure";
  return origin === "upstream" && status >= 500 ? "failure" : "success";
}
