/** One backend as the queue sees it: its places, what runs on it, and whose turn it is. Knows no other backend. */
import type { Line } from "./group.ts";
import { createServiceTimes, type ServiceTimes } from "./service-times.ts";
import { createShares, type Shares } from "./shares.ts";
import type { BackendPlaces, QueueOptions } from "./ticket.ts";

export interface Box {
  readonly name: string;
  limit: number;
  isAvailable: boolean;
  isListed: boolean;
  oneModelAtATime: boolean;
  running: number;
  /** The models that need no loading: as the backend told while nothing ran on it, or the one that was granted last. */
  residents: ReadonlySet<string>;
  /** When the patience of others began to count; undefined from a switch until the first request after it has ended. */
  turnSince: number | undefined;
  readonly shares: Shares;
  readonly serviceTimes: ServiceTimes;
}

/** Unavailable until the list of backends names it. */
export function createBox(name: string, options: QueueOptions): Box {
  return {
    name,
    limit: 0,
    isAvailable: false,
    isListed: false,
    oneModelAtATime: false,
    running: 0,
    residents: new Set(),
    turnSince: Number.NEGATIVE_INFINITY,
    shares: createShares(options.priorityRun),
    serviceTimes: createServiceTimes(options.assumedServiceMs),
  };
}

/** Takes over what is told of the backend. A list of models may be older than the last grant, so it counts only while nothing runs. */
export function updateBox(box: Box, places: BackendPlaces): void {
  box.isListed = true;
  box.limit = places.limit;
  box.isAvailable = places.isAvailable;
  box.oneModelAtATime = places.oneModelAtATime;
  if (places.loadedModels !== undefined && box.running === 0) box.residents = new Set(places.loadedModels);
}

/** Available, with a place that is free. */
export function hasRoom(box: Box): boolean {
  return box.isAvailable && box.running < box.limit;
}

/** Whether it can answer for the model without a load that would evict another. */
export function suits(box: Box, model: string | undefined): boolean {
  return !box.oneModelAtATime || model === undefined || box.residents.has(model);
}

/** A place is taken. Where that loads another model, a new turn begins. */
export function occupy(box: Box, model: string | undefined): void {
  box.running++;
  if (model === undefined || !box.oneModelAtATime || box.residents.has(model)) return;
  box.residents = new Set([model]);
  box.turnSince = undefined;
  for (const line of box.shares.lines()) if (line.model === model) box.shares.level(line);
}

/** A place is free again. The first end after a switch shows that the load is over. */
export function vacate(box: Box, now: number): void {
  box.running--;
  box.turnSince ??= now;
}

/** Tickets that wait here for a model. */
export function waitingFor(lines: readonly Line[], model: string | undefined): number {
  return lines.reduce((sum, line) => (line.model === model ? sum + line.arrivals.size() : sum), 0);
}
