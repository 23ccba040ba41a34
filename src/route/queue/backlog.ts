/** All that waits, found by id, by group and by age, and the backends that it waits for. Grants nothing itself. */
import { type Arrivals, createArrivals, type Waiter } from "./arrivals.ts";
import { type Box, createBox } from "./box.ts";
import { estimateSeconds } from "./estimate.ts";
import { createGroup, type Group, groupId } from "./group.ts";
import type { QueueOptions, Ticket } from "./ticket.ts";

export interface Backlog {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly waiters: ReadonlyMap<string, Waiter>;
  readonly arrivals: Arrivals;
  /** The record of a backend, made where it is missing. */
  boxOf(name: string): Box;
  /** Drops the record of a backend that is listed no more, once nothing waits for it or runs on it. */
  forgetIdle(box: Box): void;
  isFull(ticket: Ticket): boolean;
  join(ticket: Ticket, now: number): void;
  leave(waiter: Waiter): void;
  /** The place in the expected order, from 1: of a waiting ticket, or of one that would wait. */
  positionOf(ticket: Ticket): number;
  /** Seconds until it has a place; Infinity where no candidate is available. */
  waitSeconds(ticket: Ticket): number;
}

export function createBacklog(options: QueueOptions): Backlog {
  const boxes = new Map<string, Box>();
  const groups = new Map<string, Group>();
  const waiters = new Map<string, Waiter>();
  const arrivals = createArrivals();
  let order = 0;

  function boxOf(name: string): Box {
    let box = boxes.get(name);
    if (box === undefined) {
      box = createBox(name, options);
      boxes.set(name, box);
    }
    return box;
  }

  function forgetIdle(box: Box): void {
    if (!box.isListed && box.running === 0 && box.shares.lines().length === 0) boxes.delete(box.name);
  }

  function groupOf({ candidates }: Ticket): Group {
    const id = groupId(candidates);
    return groups.get(id) ?? createGroup(id, [...new Set(candidates)]);
  }

  function positionOf(ticket: Ticket): number {
    const group = groupOf(ticket);
    const waiter = waiters.get(ticket.id);
    if (waiter !== undefined) return group.positionAt(ticket.priority, group.rankOf(waiter));
    return group.positionAt(ticket.priority, group.waitingOf(ticket) + 1) + 1;
  }

  return {
    boxes,
    waiters,
    arrivals,
    boxOf,
    forgetIdle,
    positionOf,
    isFull(ticket) {
      const group = groupOf(ticket);
      const isFirstOfKey = group.waitingOf(ticket) === 0;
      return group.waiting() >= options.maxSize * (isFirstOfKey ? 2 : 1);
    },
    join(ticket, now) {
      const waiter: Waiter = { ticket, order: order++, since: now, isWaiting: true };
      const group = groupOf(ticket);
      groups.set(group.id, group);
      group.add(waiter);
      arrivals.add(waiter);
      waiters.set(ticket.id, waiter);
      const flow = group.flowOf(ticket);
      for (const name of group.candidates) boxOf(name).shares.place(flow);
    },
    leave(waiter) {
      const group = groupOf(waiter.ticket);
      const flow = group.flowOf(waiter.ticket);
      waiter.isWaiting = false;
      waiters.delete(waiter.ticket.id);
      arrivals.noteLeft();
      group.remove(waiter);
      if (group.waiting() === 0) groups.delete(group.id);
      for (const name of group.candidates) {
        const box = boxOf(name);
        if (flow.arrivals.size() === 0) box.shares.remove(flow);
        else box.shares.place(flow);
        forgetIdle(box);
      }
    },
    waitSeconds(ticket) {
      const candidates = groupOf(ticket).candidates.flatMap((name) => boxes.get(name) ?? []);
      return estimateSeconds(positionOf(ticket), ticket.model, candidates);
    },
  };
}
