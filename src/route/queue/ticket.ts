/** The words of the queue: what waits, for which backends, under which bounds, and what was decided. Plain data. */

/** One request that asks for a place on a backend. */
export interface Ticket {
  /** Known to the caller; unique among the requests that wait or run. */
  readonly id: string;
  /** Who asks, as the shares between keys count it: the name of the principal, or "". */
  readonly key: string;
  /** Higher goes first, but see `QueueOptions.priorityRun`. */
  readonly priority: number;
  /** Undefined where whatever is loaded will do. */
  readonly model: string | undefined;
  /** Names of the backends that may serve it, the preferred first. */
  readonly candidates: readonly string[];
  /** How much of its key's share it takes; 1 where left out. */
  readonly cost?: number | undefined;
}

/** What is known of a backend, from the configuration, the health checks and the model lists. */
export interface BackendPlaces {
  readonly name: string;
  /** How many requests may run on it at once; may be Infinity. */
  readonly limit: number;
  /** Healthy and not drained. */
  readonly isAvailable: boolean;
  /** Loading a model evicts the one that is loaded, even while it answers. */
  readonly oneModelAtATime: boolean;
  /** Undefined where the backend does not tell. */
  readonly loadedModels: readonly string[] | undefined;
}

/** The bounds of the queue; each has a default in `defaultQueueOptions`. */
export interface QueueOptions {
  /**
   * How many tickets may wait for one group, which is a set of candidates. Beyond it a key that has nothing waiting there
   * may still queue one, up to twice the bound in all, so that a flood does not shut the others out.
   */
  readonly maxSize: number;
  /** Milliseconds after which a waiting ticket expires. */
  readonly maxWaitMs: number;
  /** Milliseconds that the tickets of another model let the loaded one go first, counted anew for each turn. */
  readonly modelPatienceMs: number;
  /** After so many grants of a backend that passed a lower class over, the next is that class's. */
  readonly priorityRun: number;
  /** Milliseconds that a request is taken to last on a backend that has not yet ended one. */
  readonly assumedServiceMs: number;
}

/** What holds where the operator says nothing. */
export const defaultQueueOptions: QueueOptions = {
  maxSize: 1_000,
  maxWaitMs: 300_000,
  modelPatienceMs: 20_000,
  priorityRun: 8,
  assumedServiceMs: 5_000,
};

/** What becomes of a ticket that waited. */
export type Decision =
  | { readonly kind: "granted"; readonly id: string; readonly backend: string }
  | { readonly kind: "expired"; readonly id: string };

/** What becomes of a ticket as it comes. */
export type Admission =
  | { readonly kind: "granted"; readonly backend: string }
  /** `position` counts from 1 and is what is expected: later tickets of other keys may come first. */
  | { readonly kind: "queued"; readonly position: number }
  | { readonly kind: "full"; readonly retryAfterSeconds: number };
