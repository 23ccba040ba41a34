/**
 * Which model may run next on a backend that holds one at a time, so that models do not push each other out. Decides for lines
 * of tickets; knows no keys and no classes.
 *
 * 1. Tickets of the loaded model go first. Another model is loaded only while nothing runs, since a load ends what runs.
 * 2. It is loaded once nothing waits for the loaded one. Where another backend has it and is expected to have a place within
 *    the patience, the ticket waits for that one instead, but not longer than the patience.
 * 3. A ticket that waited through the patience of a turn, and that no available backend has the model for, ends the turn:
 *    nothing of the loaded model starts any more, and once all has ended, the model that waited longest is loaded. Loading
 *    does not count as part of a turn. With n models a ticket's turn comes after n-1 turns, each as long as a load, the
 *    patience and the longest request.
 *
 * Within these rules the shares decide, so a higher class goes first only among the tickets that a turn lets start.
 */
import { type Box, hasRoom, suits, waitingFor } from "./box.ts";
import type { Line } from "./group.ts";

/** What is to start: tickets that wait, or one that has just come. */
export interface Wish {
  readonly model: string | undefined;
  readonly candidates: readonly string[];
  /** When the oldest of them came. */
  readonly since: number;
}

/** How a box may take a ticket: at once, or by loading its model first. */
export type Start = "as-is" | "by-loading";

export interface Turn {
  start(wish: Wish): Start | undefined;
  /** The lines whose tickets may start now. */
  startable(): readonly Line[];
  /** When a line that is kept for another backend may start here instead; undefined where none is. */
  nextChange(): number | undefined;
}

export interface TurnRules {
  readonly patienceMs: number;
  readonly boxOf: (name: string) => Box | undefined;
}

const wishOf = (line: Line): Wish => ({
  model: line.model,
  candidates: line.group.candidates,
  since: line.arrivals.first()?.since ?? 0,
});

/** The turn of a box at one moment; to be asked anew after each change. */
export function turnOf(box: Box, now: number, { patienceMs, boxOf }: TurnRules): Turn {
  const lines = box.shares.lines();
  const hasOther = ({ model, candidates }: Wish, isMatch: (other: Box) => boolean) =>
    candidates.some((name) => {
      const other = boxOf(name);
      return (
        other !== undefined && other !== box && other.isAvailable && suits(other, model) && isMatch(other)
      );
    });

  function isSoon(other: Box, model: string | undefined): boolean {
    const ahead = Math.max(1, waitingFor(other.shares.lines(), model));
    return (ahead * other.serviceTimes.averageMs(model)) / other.limit <= patienceMs;
  }

  const isKeptForOther = (wish: Wish) =>
    now - wish.since < patienceMs && hasOther(wish, (other) => isSoon(other, wish.model));

  const { turnSince } = box;
  let due: Wish | undefined;
  let hasSettled = false;
  for (const line of box.oneModelAtATime ? lines : []) {
    const wish = wishOf(line);
    if (suits(box, wish.model)) hasSettled = true;
    else if (
      turnSince !== undefined &&
      now - Math.max(wish.since, turnSince) >= patienceMs &&
      (due === undefined || wish.since < due.since) &&
      !hasOther(wish, (other) => other.limit > 0)
    )
      due = wish;
  }

  function start(wish: Wish): Start | undefined {
    if (!hasRoom(box)) return undefined;
    if (!box.oneModelAtATime) return "as-is";
    if (due !== undefined) return due.model === wish.model && box.running === 0 ? "by-loading" : undefined;
    if (suits(box, wish.model)) return "as-is";
    return box.running > 0 || hasSettled || isKeptForOther(wish) ? undefined : "by-loading";
  }

  return {
    start,
    startable: () => (hasRoom(box) ? lines.filter((line) => start(wishOf(line)) !== undefined) : []),
    nextChange() {
      if (!box.oneModelAtATime || !hasRoom(box) || box.running > 0 || hasSettled) return undefined;
      const kept = lines.map(wishOf).filter(isKeptForOther);
      return kept.length === 0 ? undefined : Math.min(...kept.map(({ since }) => since)) + patienceMs;
    },
  };
}
