/** What replicas share, whatever holds it: stored texts, counters, leases, small records. Knows no form of it and no rule. */
import type { KeyValueStore } from "./key-value.ts";

/** The answer to a wish for points; `remaining` and `resetMs` tell of the window that the wish fell into. */
export interface TakenPoints {
  /** Where false, nothing was taken. */
  readonly allowed: boolean;
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

/** A place of one holder under a name; it lapses `ttlMs` after it was last taken or renewed. */
export interface Lease {
  readonly name: string;
  /** Unique to what holds it: two leases of one process have two. */
  readonly holderId: string;
  readonly ttlMs: number;
}

/** The wish to wait in line for a lease, with those of all replicas. */
export interface Turn {
  /** Whose share it counts to: a class of waiters gives each key as much as the others. */
  readonly key: string;
  /** Higher goes first, within bounds. */
  readonly priority: number;
  /** Milliseconds after its last try for which it keeps its place in the line. */
  readonly lapseMs: number;
}

/**
 * Each operation is one round trip and atomic: of several at once, from any number of replicas, each sees the others whole.
 * Time is the clock of what holds the state, never the caller's, since replicas' clocks differ.
 */
export interface StateOperations extends KeyValueStore {
  /**
   * Takes `points` out of `limit` for a window that begins with its first taking. What would go over the limit takes
   * nothing; negative points give back. The key should tell the window's length, if one thing has several.
   */
  takePoints(key: string, points: number, limit: number, windowMs: number): Promise<TakenPoints>;
  /**
   * Whether the lease is held now: true where fewer than `limit` others are held under its name, or it is held already. With
   * a turn it waits in line from its first try on, and gets only a place that nobody before it in the line can have.
   */
  acquireLease(lease: Lease, limit: number, turn?: Turn): Promise<boolean>;
  /**
   * Counts all of them anew. False for each that had lapsed: it is held again, over any limit, because its work runs on and
   * has to be counted.
   */
  renewLeases(leases: readonly Lease[]): Promise<readonly boolean[]>;
  /** Frees their places at once, those in the line too; what neither is held nor waits is passed over. */
  releaseLeases(leases: readonly Lease[]): Promise<void>;
  /** Text whose lifetime no reading renews. */
  getRecord(key: string): Promise<string | undefined>;
  /** `lifetimeMs` counts from now. */
  setRecord(key: string, value: string, lifetimeMs: number): Promise<void>;
  /** Lets go of connections; nothing is asked of it afterwards. */
  close(): Promise<void>;
}

/** `memory`: of this process alone, by choice; `shared`: with other replicas; `local`: alone, since what is shared is gone. */
export type StateStatus =
  | { readonly mode: "memory" | "shared" }
  | {
      readonly mode: "local";
      /** Milliseconds since the epoch. */
      readonly since: number;
      /** In words, without a secret; it may name hosts. */
      readonly problem: string;
    };

/** The state as the app sees it: no operation rejects because what is shared is gone. */
export interface SharedState extends StateOperations {
  status(): StateStatus;
}
