/** Who of those that wait for a lease is next, kept in one process's memory. Knows no replica and no lease that is held. */
import type { Lease, Turn } from "./shared-state.ts";

/** After so many turns that passed a class over, the next is its own; as in the queue of each replica. */
export const longestRun = 8;

/** Milliseconds after its last try for which a key's share is remembered. */
export const markLifetimeMs = 60_000;

interface Waiter {
  readonly holderId: string;
  readonly priority: number;
  /** How much its key had had when it came, at least as much as the last one that had its turn. */
  readonly start: number;
  readonly order: number;
  lapsesAt: number;
}

interface Mark {
  readonly start: number;
  readonly lapsesAt: number;
}

interface PriorityClass {
  readonly priority: number;
  /** The start of the last waiter of the class that had its turn. */
  time: number;
  passedOver: number;
}

/** All that wait for a lease of one name, and what is remembered of those that did. */
interface Line {
  readonly waiters: Map<string, Waiter>;
  /** Where each key's next waiter starts, by its class and name. */
  readonly marks: Map<string, Mark>;
  readonly classes: Map<number, PriorityClass>;
}

export interface Turns {
  /**
   * Puts it in the line, once, and tells whether it is among the next `free` of all that wait. One whose turn it is stands
   * there no more.
   */
  ask(lease: Lease, turn: Turn, free: number): boolean;
  leave(lease: Lease): void;
}

/**
 * Start-time fair queueing: in a class the lowest start is next, the older of equal ones. So a key that comes anew goes before
 * the next waiters of those that had their turns, however many they have.
 */
export function createTurns(now: () => number): Turns {
  const lines = new Map<string, Line>();
  let arrivals = 0;

  function enter(line: Line, { holderId }: Lease, { key, priority, lapseMs }: Turn): Waiter {
    const { time } = classOf(line, priority);
    const markId = `${priority} ${key}`;
    const mark = line.marks.get(markId)?.start ?? 0;
    const known = line.waiters.get(holderId);
    const start = known?.start ?? Math.max(time, mark);
    const waiter = known ?? { holderId, priority, start, order: arrivals++, lapsesAt: 0 };
    waiter.lapsesAt = now() + lapseMs;
    line.waiters.set(holderId, waiter);
    const nextStart = known === undefined ? start + 1 : Math.max(mark, start + 1);
    line.marks.set(markId, { start: nextStart, lapsesAt: now() + markLifetimeMs });
    return waiter;
  }

  return {
    ask(lease, turn, free) {
      const line = lines.get(lease.name) ?? { waiters: new Map(), marks: new Map(), classes: new Map() };
      lines.set(lease.name, line);
      const waiter = enter(line, lease, turn);
      // Those that lapsed are in nobody's way while there is no place.
      if (free <= 0) return false;
      forgetLapsed(line, now());
      if (!nextOf(line, free).has(waiter)) return false;
      line.waiters.delete(waiter.holderId);
      noteTurn(line, waiter);
      return true;
    },
    leave({ name, holderId }) {
      const line = lines.get(name);
      if (line === undefined) return;
      line.waiters.delete(holderId);
      forgetLapsed(line, now());
      if (line.waiters.size === 0 && line.marks.size === 0) lines.delete(name);
    },
  };
}

function classOf({ classes }: Line, priority: number): PriorityClass {
  const found = classes.get(priority) ?? { priority, time: 0, passedOver: 0 };
  classes.set(priority, found);
  return found;
}

function forgetLapsed({ waiters, marks }: Line, time: number): void {
  for (const [holderId, { lapsesAt }] of waiters) if (lapsesAt <= time) waiters.delete(holderId);
  for (const [id, { lapsesAt }] of marks) if (lapsesAt <= time) marks.delete(id);
}

/** The next so many, if all of them were to take their turns now. */
function nextOf(line: Line, count: number): ReadonlySet<Waiter> {
  const waiting = [...line.waiters.values()].sort(
    (one, other) => other.priority - one.priority || one.start - other.start || one.order - other.order,
  );
  const passedOver = new Map([...line.classes.values()].map((one) => [one.priority, one.passedOver]));
  const chosen = new Set<Waiter>();
  while (chosen.size < Math.min(count, line.waiters.size)) {
    const heads = headsOf(waiting.filter((waiter) => !chosen.has(waiter)));
    const next = choose(heads, passedOver);
    if (next === undefined) break;
    countTurn(heads, next, passedOver);
    chosen.add(next);
  }
  return chosen;
}

/** The first of each class. */
function headsOf(waiting: readonly Waiter[]): readonly Waiter[] {
  return waiting.filter(({ priority }, index) => waiting[index - 1]?.priority !== priority);
}

function choose(heads: readonly Waiter[], passedOver: ReadonlyMap<number, number>): Waiter | undefined {
  const passes = ({ priority }: Waiter) => passedOver.get(priority) ?? 0;
  const [due] = heads
    .slice(1)
    .filter((head) => passes(head) >= longestRun)
    .sort((one, other) => passes(other) - passes(one));
  return due ?? heads[0];
}

function countTurn(heads: readonly Waiter[], next: Waiter, passedOver: Map<number, number>): void {
  for (const { priority } of heads) {
    if (priority < next.priority) passedOver.set(priority, (passedOver.get(priority) ?? 0) + 1);
  }
  passedOver.set(next.priority, 0);
}

function noteTurn(line: Line, { priority, start }: Waiter): void {
  const own = classOf(line, priority);
  own.time = Math.max(own.time, start);
  own.passedOver = 0;
  const lower = new Set([...line.waiters.values()].map((waiter) => waiter.priority));
  for (const other of line.classes.values()) {
    if (other.priority < priority && lower.has(other.priority)) other.passedOver++;
  }
}
