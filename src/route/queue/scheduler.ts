/**
 * Who gets which place, and when. Decides only: the time comes in as an argument, and each method tells what follows from it.
 * Knows no timers, no promises and no requests; `waiting-room.ts` is the shell that does.
 *
 * A ticket gets a place on the first of its candidates that is available, has room and suits the model. While it waits, the
 * bound of its group holds (`QueueOptions`), `shares.ts` says whose turn it is, and `model-turns.ts` which model's.
 */
import { createBacklog } from "./backlog.ts";
import { type Box, hasRoom, occupy, updateBox, vacate } from "./box.ts";
import { toRetryAfter } from "./estimate.ts";
import { type Start, turnOf } from "./model-turns.ts";
import {
  type Admission,
  type BackendPlaces,
  type Decision,
  defaultQueueOptions,
  type QueueOptions,
  type Ticket,
} from "./ticket.ts";

/** What became of the ticket, and what followed for others. */
export interface Enqueued {
  readonly admission: Admission;
  readonly decisions: readonly Decision[];
}

/** All times are milliseconds on one clock that does not go back. Ids that are not known are passed over. */
export interface Scheduler {
  /** Throws where the id waits or runs already. */
  enqueue(ticket: Ticket, now: number): Enqueued;
  /** The backend that the ticket is granted, where nobody waits and one has room; else undefined, and nothing was done. */
  takeNow(ticket: Ticket, now: number): string | undefined;
  /** A waiting ticket leaves. One that was granted is to be released instead. */
  cancel(id: string, now: number): readonly Decision[];
  /** A granted request ended; `serviceMs` is how long it ran, left out where that says nothing of the next one. */
  release(id: string, ended: { readonly serviceMs?: number | undefined }, now: number): readonly Decision[];
  /** Replaces what is known of all backends. One that is left out takes nothing more, and what runs on it runs on. */
  setBackends(backends: readonly BackendPlaces[], now: number): readonly Decision[];
  /** Does what has become due by the mere passing of time. */
  expire(now: number): readonly Decision[];
  /** When `expire` has something to do next, if nothing else happens. */
  nextExpiry(): number | undefined;
  /** How many wait and run, in all. */
  depth(): { readonly waiting: number; readonly running: number };
  /** How many run on a backend. */
  running(backend: string): number;
  /** The place of a waiting ticket in the expected order, from 1. Takes longer the more its key has waiting. */
  positionOf(id: string): number | undefined;
  /** The backend that a ticket was granted and has not released. */
  grantOf(id: string): string | undefined;
  /** Seconds that a ticket is expected to wait, whether it waits already or not; Infinity where no candidate is available. */
  estimateWaitSeconds(ticket: Ticket): number;
}

/** Begins with no backends; what is left out of the options has its default. */
export function createScheduler(given: Partial<QueueOptions> = {}): Scheduler {
  const options: QueueOptions = { ...defaultQueueOptions, ...given };
  const backlog = createBacklog(options);
  const { arrivals, boxes, waiters } = backlog;
  const grants = new Map<string, { readonly box: Box; readonly model: string | undefined }>();
  const rules = { patienceMs: options.modelPatienceMs, boxOf: (name: string) => boxes.get(name) };

  /** The first candidate that may take the ticket at once; one that has to load the model comes after those that have it. */
  function placeFor(ticket: Ticket, since: number, now: number): Box | undefined {
    const { model, candidates } = ticket;
    for (const wanted of ["as-is", "by-loading"] satisfies Start[]) {
      for (const name of candidates) {
        const box = boxes.get(name);
        if (box === undefined || !hasRoom(box)) continue;
        if (!box.oneModelAtATime) {
          if (wanted === "as-is") return box;
          continue;
        }
        if (turnOf(box, now, rules).start({ model, candidates, since }) === wanted) return box;
      }
    }
    return undefined;
  }

  function take(id: string, model: string | undefined, box: Box): void {
    occupy(box, model);
    grants.set(id, { box, model });
  }

  /** Gives away all places that may be given away. */
  function dispatch(now: number): Decision[] {
    const decisions: Decision[] = [];
    if (waiters.size === 0) return decisions;
    for (const box of boxes.values()) {
      while (hasRoom(box)) {
        const flow = box.shares.pick(turnOf(box, now, rules).startable());
        const waiter = flow?.arrivals.first();
        if (flow === undefined || waiter === undefined) break;
        const { id, model, cost } = waiter.ticket;
        // Where several have come back at once, the preferred one gets it.
        const place = placeFor(waiter.ticket, waiter.since, now) ?? box;
        take(id, model, place);
        place.shares.charge(flow, cost ?? 1);
        backlog.leave(waiter);
        decisions.push({ kind: "granted", id, backend: place.name });
      }
    }
    return decisions;
  }

  function enqueue(ticket: Ticket, now: number): Enqueued {
    const { id, model } = ticket;
    if (waiters.has(id) || grants.has(id)) throw new Error(`The ticket ${id} waits or runs already.`);
    const decisions = dispatch(now);
    const box = placeFor(ticket, now, now);
    if (box !== undefined) {
      take(id, model, box);
      return { admission: { kind: "granted", backend: box.name }, decisions };
    }
    if (backlog.isFull(ticket)) {
      const retryAfterSeconds = toRetryAfter(backlog.waitSeconds(ticket));
      return { admission: { kind: "full", retryAfterSeconds }, decisions };
    }
    const position = backlog.positionOf(ticket);
    backlog.join(ticket, now);
    // One more ticket can make the wait for a backend that has the model too long, so that another one loads it.
    decisions.push(...dispatch(now));
    const backend = grants.get(id)?.box.name;
    return {
      admission: backend === undefined ? { kind: "queued", position } : { kind: "granted", backend },
      decisions: decisions.filter((decision) => decision.id !== id),
    };
  }

  function takeNow(ticket: Ticket, now: number): string | undefined {
    const { id, model } = ticket;
    if (waiters.size > 0 || grants.has(id)) return undefined;
    const box = placeFor(ticket, now, now);
    if (box !== undefined) take(id, model, box);
    return box?.name;
  }

  function expire(now: number): Decision[] {
    const expired: Decision[] = [];
    for (;;) {
      const oldest = arrivals.first();
      if (oldest === undefined || now - oldest.since < options.maxWaitMs) break;
      backlog.leave(oldest);
      expired.push({ kind: "expired", id: oldest.ticket.id });
    }
    return [...expired, ...dispatch(now)];
  }

  return {
    enqueue,
    takeNow,
    expire,
    cancel(id, now) {
      const waiter = waiters.get(id);
      if (waiter === undefined) return [];
      backlog.leave(waiter);
      return dispatch(now);
    },
    release(id, { serviceMs }, now) {
      const grant = grants.get(id);
      if (grant === undefined) return [];
      grants.delete(id);
      vacate(grant.box, now);
      if (serviceMs !== undefined) grant.box.serviceTimes.learn(grant.model, serviceMs);
      backlog.forgetIdle(grant.box);
      return dispatch(now);
    },
    setBackends(backends, now) {
      const listed = new Set(backends.map(({ name }) => name));
      for (const places of backends) updateBox(backlog.boxOf(places.name), places);
      for (const box of boxes.values()) {
        if (listed.has(box.name)) continue;
        box.isListed = false;
        box.isAvailable = false;
        backlog.forgetIdle(box);
      }
      return dispatch(now);
    },
    nextExpiry() {
      const oldest = arrivals.first();
      if (oldest === undefined) return undefined;
      const changes = [...boxes.values()].map((box) => turnOf(box, oldest.since, rules).nextChange());
      return Math.min(oldest.since + options.maxWaitMs, ...changes.filter((time) => time !== undefined));
    },
    depth: () => ({ waiting: waiters.size, running: grants.size }),
    running: (backend) => boxes.get(backend)?.running ?? 0,
    positionOf(id) {
      const waiter = waiters.get(id);
      return waiter === undefined ? undefined : backlog.positionOf(waiter.ticket);
    },
    grantOf: (id) => grants.get(id)?.box.name,
    estimateWaitSeconds: backlog.waitSeconds,
  };
}
