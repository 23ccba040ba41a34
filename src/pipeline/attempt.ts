/** One try on one backend, from the choice of it to the end of its answer: its place, its time limit, what came of it. */
import type { BackendPlan } from "../config/plan.ts";
import { ProxyError } from "../errors.ts";
import { type Cancellation, type CancelReason, createCancellation } from "../http/cancel.ts";
import type { BreakerOutcome } from "../route/breaker.ts";
import type { RunningRequest } from "../route/pool.ts";
import type { Place } from "../route/queue/waiting-room.ts";
import { failureOf } from "../upstream/send.ts";
import type { Services } from "./services.ts";

const nothing = () => {};

/**
 * The work of one attempt, opened as soon as a backend is chosen. It may be over before its answer's body is: that may still be
 * on its way.
 */
export class Attempt {
  readonly backend: BackendPlan;
  readonly cancellation: Cancellation;
  readonly #services: Services;
  readonly #place: Place | undefined;
  readonly #running: RunningRequest;
  #forget: () => void;
  #stopTimer = nothing;
  #begunAt: number;
  #isSent = false;
  /** Why the backend was found to be down. */
  #problem: string | undefined;
  #ttftMs: number | undefined;

  constructor(backend: BackendPlan, work: Cancellation, services: Services, place: Place | undefined) {
    const cancellation = createCancellation(work.signal, "parent");
    this.backend = backend;
    this.cancellation = cancellation;
    this.#services = services;
    this.#place = place;
    this.#begunAt = services.runtime.now();
    this.#running = services.pool.begin(backend);
    this.#forget = services.pool.onDown(backend, (problem) => {
      this.#problem = problem;
      cancellation.cancel("backend-down");
    });
  }

  /** What a failed read means, given who called the attempt off. */
  broken(thrown: unknown): ProxyError {
    return thrown instanceof ProxyError && this.cancellation.reason === undefined
      ? thrown
      : failureOf(thrown, this.backend, this.cancellation, this.#problem);
  }

  /**
   * The request is about to be sent, and the time to the first byte counts from now on: what was waited for before, such as a
   * load, is no slowness of its answer.
   */
  expectFirstByte(): void {
    const { runtime } = this.#services;
    const timeoutMs = this.backend.firstByteTimeoutMs;
    this.#begunAt = runtime.now();
    this.#isSent = true;
    if (timeoutMs === 0) return;
    this.#stopTimer = runtime.setTimer(() => this.cancellation.cancel("first-byte-timeout"), timeoutMs);
  }

  /** Stops the wait for the first byte. */
  gotFirstByte(): void {
    this.#ttftMs ??= this.#services.runtime.now() - this.#begunAt;
    this.#running.answers();
    this.#stopWatching();
  }

  /** Nobody holds what was watched with any longer: an answer may take long. */
  #stopWatching(): void {
    this.#stopTimer();
    this.#stopTimer = nothing;
    this.#forget();
    this.#forget = nothing;
  }

  /** Ends it without an answer. */
  fail(error: ProxyError): void {
    // A load that came to nothing is one thing, however many waited for it, and none of an answer.
    this.release(this.#isSent ? outcomeOf(error) : "neutral");
  }

  /** Gives the place on the backend back; once, whatever happened. Says how the answer went, well where left out. */
  release(outcome: BreakerOutcome = "success"): void {
    const ttftMs = this.#ttftMs;
    this.#stopWatching();
    this.#place?.release({ isServed: ttftMs !== undefined });
    this.#running.end({
      outcome: ttftMs === undefined && outcome === "success" ? "neutral" : outcome,
      ttftMs,
    });
    this.cancellation.finish();
  }
}

/** What it says of the backend that its answer was called off, if it was: one that fell silent or is down has failed. */
export function outcomeOfCancel(reason: CancelReason | undefined): BreakerOutcome | undefined {
  if (reason === undefined) return undefined;
  return reason === "idle-timeout" || reason === "backend-down" ? "failure" : "neutral";
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
