/** Waiting tickets in the order they came; any of them may leave. Amortised O(1) for each operation. */
import type { Ticket } from "./ticket.ts";

/** A ticket that waits, or waited. */
export interface Waiter {
  readonly ticket: Ticket;
  /** Grows with each arrival. */
  readonly order: number;
  /** Milliseconds, on the caller's clock. */
  readonly since: number;
  isWaiting: boolean;
}

export interface Arrivals {
  add(waiter: Waiter): void;
  /** The one that waits longest. */
  first(): Waiter | undefined;
  /** To be told once for each waiter whose `isWaiting` was set to false. */
  noteLeft(): void;
  size(): number;
  items(): readonly Waiter[];
}

/** Those who left stay in the array until they are at its head or in the majority. */
export function createArrivals(): Arrivals {
  let items: Waiter[] = [];
  let head = 0;
  let size = 0;
  return {
    add(waiter) {
      items.push(waiter);
      size++;
    },
    first() {
      while (head < items.length && items[head]?.isWaiting === false) head++;
      return items[head];
    },
    noteLeft() {
      size--;
      if (items.length < 2 * size + 32) return;
      items = items.filter(({ isWaiting }) => isWaiting);
      head = 0;
    },
    size: () => size,
    items: () => items.filter(({ isWaiting }) => isWaiting),
  };
}
