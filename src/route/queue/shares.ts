/**
 * Whose turn it is on one backend: classes by priority, and in a class equal shares for the keys. Knows no limits and no models.
 *
 * The shares are those of deficit round robin, kept as virtual time: each key has a mark that a grant moves forward by its
 * cost, the key with the lowest mark is next, and a key that comes anew starts at the mark of the last grant. So a key's only
 * ticket waits for one grant of each other key at most, however many they have waiting, and a choice costs O(log keys).
 */
import type { Flow, Line } from "./group.ts";
import { createHeap, type Heap } from "./heap.ts";

/** What one key was granted in one class of this backend. */
interface Account {
  mark: number;
  readonly entries: Set<Entry>;
}

interface Entry {
  readonly flow: Flow;
  readonly account: Account;
}

interface PriorityClass {
  readonly priority: number;
  /** The mark of the last grant. */
  virtualTime: number;
  /** How many grants in a row went to a higher class while a ticket of this one could have had them. */
  passedOver: number;
  readonly accounts: Map<string, Account>;
  readonly entries: Map<Flow, Entry>;
  readonly heaps: Map<Line, Heap<Entry>>;
}

export interface Shares {
  /** A flow has a first ticket, or another one than before. */
  place(flow: Flow): void;
  /** A flow has no ticket any more. */
  remove(flow: Flow): void;
  /** The flow of these lines whose first ticket is next; counts the classes that it passes over. */
  pick(lines: readonly Line[]): Flow | undefined;
  /** A ticket of this flow, which is still placed, was granted here. */
  charge(flow: Flow, cost: number): void;
  /** Lets the keys of a line begin as equals, since it was kept back while others had their turns. */
  level(line: Line): void;
  /** The lines that have a ticket waiting here. */
  lines(): readonly Line[];
}

const headOrder = ({ flow }: Entry) => flow.arrivals.first()?.order ?? 0;

function isBefore(one: Entry, other: Entry): boolean {
  const difference = one.account.mark - other.account.mark;
  return difference < 0 || (difference === 0 && headOrder(one) < headOrder(other));
}

/** After `priorityRun` grants that passed a class over, the next one that it can have is its own. */
export function createShares(priorityRun: number): Shares {
  const classes = new Map<number, PriorityClass>();

  function classOf(priority: number): PriorityClass {
    let found = classes.get(priority);
    if (found === undefined) {
      found = {
        priority,
        virtualTime: 0,
        passedOver: 0,
        accounts: new Map(),
        entries: new Map(),
        heaps: new Map(),
      };
      classes.set(priority, found);
    }
    return found;
  }

  function enter(flow: Flow): Entry {
    const { accounts, entries, heaps, virtualTime } = classOf(flow.priority);
    const account = accounts.get(flow.key) ?? { mark: 0, entries: new Set<Entry>() };
    accounts.set(flow.key, account);
    if (account.entries.size === 0) account.mark = Math.max(account.mark, virtualTime);
    const entry = { flow, account };
    account.entries.add(entry);
    entries.set(flow, entry);
    if (!heaps.has(flow.line)) heaps.set(flow.line, createHeap(isBefore));
    return entry;
  }

  function move(account: Account, mark: number, { heaps }: PriorityClass): void {
    account.mark = mark;
    for (const entry of account.entries) heaps.get(entry.flow.line)?.place(entry);
  }

  return {
    place(flow) {
      const entry = classes.get(flow.priority)?.entries.get(flow) ?? enter(flow);
      classes.get(flow.priority)?.heaps.get(flow.line)?.place(entry);
    },
    remove(flow) {
      const found = classes.get(flow.priority);
      const entry = found?.entries.get(flow);
      if (found === undefined || entry === undefined) return;
      const heap = found.heaps.get(flow.line);
      heap?.remove(entry);
      if (heap?.first() === undefined) found.heaps.delete(flow.line);
      entry.account.entries.delete(entry);
      found.entries.delete(flow);
      // Marks matter only among those who wait together, so a class that is empty forgets them.
      if (found.entries.size === 0) classes.delete(flow.priority);
    },
    pick(lines) {
      const choices: { found: PriorityClass; first: Entry }[] = [];
      for (const found of classes.values()) {
        let first: Entry | undefined;
        for (const line of lines) {
          const entry = found.heaps.get(line)?.first();
          if (entry !== undefined && (first === undefined || isBefore(entry, first))) first = entry;
        }
        if (first !== undefined) choices.push({ found, first });
      }
      choices.sort((one, other) => other.found.priority - one.found.priority);
      const due = choices
        .slice(1)
        .filter(({ found }) => found.passedOver >= priorityRun)
        .sort((one, other) => other.found.passedOver - one.found.passedOver);
      const chosen = due[0] ?? choices[0];
      if (chosen === undefined) return undefined;
      for (const { found } of choices) if (found.priority < chosen.found.priority) found.passedOver++;
      chosen.found.passedOver = 0;
      return chosen.first.flow;
    },
    charge(flow, cost) {
      const found = classes.get(flow.priority);
      const account = found?.entries.get(flow)?.account;
      if (found === undefined || account === undefined) return;
      found.virtualTime = Math.max(found.virtualTime, account.mark);
      move(account, account.mark + cost, found);
    },
    level(line) {
      for (const found of classes.values()) {
        const entries = [...(found.heaps.get(line)?.items() ?? [])];
        for (const { account } of entries) move(account, found.virtualTime, found);
      }
    },
    lines: () => [...new Set([...classes.values()].flatMap(({ heaps }) => [...heaps.keys()]))],
  };
}
