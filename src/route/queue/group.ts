/** The tickets that wait for one set of candidates: counted by class and key, kept in lines by model. Knows no backend's state. */
import { type Arrivals, createArrivals, type Waiter } from "./arrivals.ts";
import type { Ticket } from "./ticket.ts";

/** The waiting tickets of one key, class, model and group: first come, first served. */
export interface Flow {
  readonly line: Line;
  readonly key: string;
  readonly priority: number;
  readonly arrivals: Arrivals;
}

/** The waiting tickets of one model and group; what a backend may serve or not is decided for a line as a whole. */
export interface Line {
  readonly group: Group;
  readonly model: string | undefined;
  readonly arrivals: Arrivals;
  readonly flows: Map<string, Flow>;
}

export interface Group {
  readonly id: string;
  /** Names of backends. */
  readonly candidates: readonly string[];
  waiting(): number;
  waitingOf(ticket: Ticket): number;
  /** The line and flow of a ticket, made where they are missing. */
  flowOf(ticket: Ticket): Flow;
  add(waiter: Waiter): void;
  /** Takes out one whose `isWaiting` is false. */
  remove(waiter: Waiter): void;
  /** What is expected for the `rank`-th waiting ticket of its key, if the shares are equal: about when its turn comes, from 1. */
  positionAt(priority: number, rank: number): number;
  /** How many tickets of its key and class wait before this one, itself included. */
  rankOf(waiter: Waiter): number;
}

interface ClassCount {
  waiting: number;
  readonly byKey: Map<string, number>;
  /** At n-1: how many keys have at least n waiting. */
  readonly keysWith: number[];
}

/** The same for each order of the same names. */
export function groupId(candidates: readonly string[]): string {
  return JSON.stringify([...new Set(candidates)].sort());
}

const modelKey = (model: string | undefined) => (model === undefined ? "" : `=${model}`);
const flowKey = (ticket: Ticket) => `${ticket.priority} ${ticket.key}`;

export function createGroup(id: string, candidates: readonly string[]): Group {
  const classes = new Map<number, ClassCount>();
  const lines = new Map<string, Line>();
  let waiting = 0;

  const group: Group = {
    id,
    candidates,
    waiting: () => waiting,
    waitingOf: ({ priority, key }) => classes.get(priority)?.byKey.get(key) ?? 0,
    flowOf(ticket) {
      const { key, model, priority } = ticket;
      let line = lines.get(modelKey(model));
      if (line === undefined) {
        line = { group, model, arrivals: createArrivals(), flows: new Map() };
        lines.set(modelKey(model), line);
      }
      let flow = line.flows.get(flowKey(ticket));
      if (flow === undefined) {
        flow = { line, key, priority, arrivals: createArrivals() };
        line.flows.set(flowKey(ticket), flow);
      }
      return flow;
    },
    add(waiter) {
      const flow = group.flowOf(waiter.ticket);
      flow.arrivals.add(waiter);
      flow.line.arrivals.add(waiter);
      waiting++;
      count(waiter.ticket, 1);
    },
    remove({ ticket }) {
      const flow = group.flowOf(ticket);
      flow.arrivals.noteLeft();
      flow.line.arrivals.noteLeft();
      if (flow.arrivals.size() === 0) flow.line.flows.delete(flowKey(ticket));
      if (flow.line.arrivals.size() === 0) lines.delete(modelKey(ticket.model));
      waiting--;
      count(ticket, -1);
    },
    positionAt(priority, rank) {
      let position = 0;
      for (const [other, { waiting }] of classes) if (other > priority) position += waiting;
      const keysWith = classes.get(priority)?.keysWith ?? [];
      for (let index = 0; index < Math.min(rank, keysWith.length); index++) position += keysWith[index] ?? 0;
      return position;
    },
    rankOf({ ticket, order }) {
      let rank = 0;
      for (const line of lines.values()) {
        const others = line.flows.get(flowKey(ticket))?.arrivals.items() ?? [];
        rank += others.filter((other) => other.order <= order).length;
      }
      return rank;
    },
  };

  function count({ priority, key }: Ticket, change: 1 | -1): void {
    let counted = classes.get(priority);
    if (counted === undefined) {
      counted = { waiting: 0, byKey: new Map(), keysWith: [] };
      classes.set(priority, counted);
    }
    const before = counted.byKey.get(key) ?? 0;
    const after = before + change;
    const index = Math.max(before, after) - 1;
    counted.keysWith[index] = (counted.keysWith[index] ?? 0) + change;
    if (counted.keysWith.at(-1) === 0) counted.keysWith.pop();
    counted.waiting += change;
    if (after === 0) counted.byKey.delete(key);
    else counted.byKey.set(key, after);
    if (counted.waiting === 0) classes.delete(priority);
  }

  return group;
}
