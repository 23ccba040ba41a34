/**
 * The shell around the scheduler: promises for those who wait, and one timer for what falls due. Decides nothing itself.
 *
 * A waiter's promise is resolved by the event that ends another request. Where `Runtime.sharesPromises` is false (workerd) that
 * is not allowed, so the room is not for such a runtime: there a request is to `enqueue` at the scheduler itself, ask
 * `grantOf(id)` in pauses of its own, calling `expire` before, and `cancel` and `release` by its id.
 */
import { clientGone, ProxyError, queueFull, queueTimeout } from "../../errors.ts";
import { toRetryAfter } from "./estimate.ts";
import { createScheduler } from "./scheduler.ts";
import type { BackendPlaces, Decision, QueueOptions, Ticket } from "./ticket.ts";
import type { StopSignal } from "../../stop-signal.ts";

/** What the room needs of the runtime. */
export interface RoomClock {
  now(): number;
  /** Calls back once after `delayMs`; returns the function that calls it off. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** A place on a backend, held until it is released. */
export interface Place {
  readonly backend: string;
  readonly waitedMs: number;
  /** Gives the place back; only the first call counts. Only a request that was served teaches how long the next one takes. */
  release(outcome: { readonly isServed: boolean }): void;
}

export interface WaitingRoom {
  /**
   * Resolves with a place, which is the caller's to release, even if the signal aborted in the meantime. Rejects with 429 where
   * the queue is full, with 503 after `maxWaitMs`, and at once when the signal aborts.
   */
  acquire(ticket: Ticket, signal: StopSignal): Promise<Place>;
  /** The same without a promise, where nobody waits and a place is free; else undefined, and `acquire` is to be asked. */
  acquireNow(ticket: Ticket): Place | undefined;
  /** To be told whenever health, drain state, limits or loaded models may have changed. */
  setBackends(backends: readonly BackendPlaces[]): void;
  depth(): { readonly waiting: number; readonly running: number };
  running(backend: string): number;
  /** The place of a waiting ticket in the expected order, from 1; for the heartbeats. */
  positionOf(id: string): number | undefined;
  /** Seconds that a ticket is expected to wait; Infinity where no candidate is available. */
  estimateWaitSeconds(ticket: Ticket): number;
}

interface Guest {
  readonly ticket: Ticket;
  readonly since: number;
  readonly admit: (place: Place) => void;
  readonly refuse: (error: unknown) => void;
}

/** A room for all backends; one for each app. */
export function createWaitingRoom(options: Partial<QueueOptions>, clock: RoomClock): WaitingRoom {
  const scheduler = createScheduler(options);
  const guests = new Map<string, Guest>();
  let alarm: { readonly at: number; readonly stop: () => void } | undefined;

  function placeOn(backend: string, { id }: Ticket, since: number, grantedAt = clock.now()): Place {
    let isHeld = true;
    return {
      backend,
      waitedMs: grantedAt - since,
      release({ isServed }) {
        if (!isHeld) return;
        isHeld = false;
        const now = clock.now();
        follow(scheduler.release(id, isServed ? { serviceMs: now - grantedAt } : {}, now));
      },
    };
  }

  function follow(decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      const guest = guests.get(decision.id);
      guests.delete(decision.id);
      if (guest === undefined) continue;
      const { ticket, since } = guest;
      if (decision.kind === "granted") guest.admit(placeOn(decision.backend, ticket, since));
      else {
        const retryAfter = toRetryAfter(scheduler.estimateWaitSeconds(ticket));
        guest.refuse(queueTimeout(clock.now() - since, retryAfter));
      }
    }
    setAlarm();
  }

  function setAlarm(): void {
    const at = scheduler.nextExpiry();
    if (at === alarm?.at) return;
    alarm?.stop();
    alarm = at === undefined ? undefined : { at, stop: clock.setTimer(ring, Math.max(0, at - clock.now())) };
  }

  function ring(): void {
    alarm = undefined;
    follow(scheduler.expire(clock.now()));
  }

  function wait(ticket: Ticket, since: number, signal: StopSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      function leave(): void {
        guests.delete(ticket.id);
        reject(reasonOf(signal));
        follow(scheduler.cancel(ticket.id, clock.now()));
      }
      const settle = <T>(end: (value: T) => void) => {
        return (value: T) => {
          signal.removeEventListener("abort", leave);
          end(value);
        };
      };
      guests.set(ticket.id, { ticket, since, admit: settle(resolve), refuse: settle(reject) });
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  return {
    async acquire(ticket, signal) {
      if (signal.aborted) throw reasonOf(signal);
      const since = clock.now();
      const { admission, decisions } = scheduler.enqueue(ticket, since);
      if (admission.kind === "queued") {
        const waiting = wait(ticket, since, signal);
        follow(decisions);
        return waiting;
      }
      follow(decisions);
      if (admission.kind === "full") throw queueFull(admission.retryAfterSeconds);
      return placeOn(admission.backend, ticket, since);
    },
    acquireNow(ticket) {
      const since = clock.now();
      const backend = scheduler.takeNow(ticket, since);
      return backend === undefined ? undefined : placeOn(backend, ticket, since, since);
    },
    setBackends: (backends) => follow(scheduler.setBackends(backends, clock.now())),
    depth: scheduler.depth,
    running: scheduler.running,
    positionOf: scheduler.positionOf,
    estimateWaitSeconds: scheduler.estimateWaitSeconds,
  };
}

/** Who called it off may say why, as a ProxyError; else it is taken for the client. */
function reasonOf(signal: StopSignal): ProxyError {
  return signal.reason instanceof ProxyError ? signal.reason : clientGone();
}
