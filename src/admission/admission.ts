/** Stage 2, may it come in now? Holds each caller to its limits, from the door to the end. Knows no body and no backend. */
import type { Exchange } from "../exchange.ts";
import type { Runtime } from "../runtime.ts";
import type { LimiterSource } from "./limiter.ts";
import { tooManyAtOnce } from "./refusal.ts";
import { leaseMs, type Place, type Slots } from "./slots.ts";
import { type Caller, createWindows, type Take } from "./windows.ts";

export type { Caller };

/** What outlives a reload; several replicas may share it. */
export interface AdmissionState {
  readonly limiters: LimiterSource;
  readonly slots: Slots;
}

export interface Admission {
  /**
   * Takes a place and a request; throws 429, or rejects with it where somebody else counts. Whatever it took is given back
   * by `leave`, a request excepted.
   */
  enter(exchange: Exchange, caller: Caller): Promise<void> | undefined;
  /** Whether tokens are counted for the caller at all: an estimate is not made for nobody. */
  countsTokens(exchange: Exchange): boolean;
  /** Takes the tokens that the request is thought to need; throws or rejects likewise. Does nothing for who has not entered. */
  takeTokens(exchange: Exchange, estimate: number): Promise<void> | undefined;
  /** Gives the place back and charges the tokens that it came to, undefined where nobody told; once, whatever is called later. */
  leave(exchange: Exchange, tokens: number | undefined): void;
}

/** What an exchange took. */
class Entry {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly release: () => void;
  tokens: readonly Take[] = [];

  constructor(exchange: Exchange, caller: Caller, release: () => void) {
    this.exchange = exchange;
    this.caller = caller;
    this.release = release;
  }
}

export function createAdmission({ limiters, slots }: AdmissionState, runtime: Runtime): Admission {
  const windows = createWindows(limiters, runtime);

  /** The function that gives it back. */
  function takePlace({ id, label }: Caller, limit: number): (() => void) | Promise<() => void> {
    const pending = slots.enter(id, limit, runtime.now());
    return pending instanceof Promise
      ? pending.then((place) => holdPlace(place, label, limit))
      : holdPlace(pending, label, limit);
  }

  /** Until it is given back it is renewed, as long as the request's own timers run. */
  function holdPlace(place: Place | undefined, label: string, limit: number): () => void {
    if (place === undefined) throw tooManyAtOnce(label, limit);
    if (!slots.lapse) return () => place.release();
    let stopTimer = () => {};
    const arm = () => {
      // On workerd they end with a client that left, and nothing else tells: then the place comes back by itself.
      stopTimer = runtime.setTimer(() => {
        place.renew(runtime.now());
        arm();
      }, leaseMs / 3);
    };
    arm();
    return () => {
      stopTimer();
      place.release();
    };
  }

  function takeRequest(exchange: Exchange, caller: Caller, release: () => void): Promise<void> | undefined {
    exchange.admitted = new Entry(exchange, caller, release);
    const takes = windows.takeAll(exchange, caller, "requests", 1);
    return takes instanceof Promise ? takes.then(() => undefined) : undefined;
  }

  return {
    enter(exchange, caller) {
      const { concurrency } = caller.limits;
      const release = concurrency === undefined ? holdsNone : takePlace(caller, concurrency);
      return release instanceof Promise
        ? release.then((later) => takeRequest(exchange, caller, later))
        : takeRequest(exchange, caller, release);
    },
    countsTokens(exchange) {
      const entry = entryOf(exchange);
      return entry !== undefined && windows.areHeld(entry.caller, "tokens");
    },
    takeTokens(exchange, estimate) {
      const entry = entryOf(exchange);
      if (entry === undefined) return undefined;
      const takes = windows.takeAll(exchange, entry.caller, "tokens", estimate);
      if (takes instanceof Promise) return takes.then((later) => void (entry.tokens = later));
      entry.tokens = takes;
      return undefined;
    },
    leave(exchange, tokens) {
      const entry = entryOf(exchange);
      if (entry === undefined) return;
      exchange.admitted = undefined;
      entry.release();
      if (tokens !== undefined) for (const take of entry.tokens) windows.correct(take, tokens);
    },
  };
}

const holdsNone = () => {};

/** A copy of an exchange has taken nothing. */
function entryOf(exchange: Exchange): Entry | undefined {
  const { admitted } = exchange;
  return admitted instanceof Entry && admitted.exchange === exchange ? admitted : undefined;
}
