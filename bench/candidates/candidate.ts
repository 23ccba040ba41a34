/** What the benchmark wants to know of anything that can stand between a client and a box. */
import type { Command } from "../pinned.ts";

export interface Place {
  /** Where the box listens. */
  readonly boxPort: number;
  /** Where the candidate is to listen. */
  readonly port: number;
  /** For its files. */
  readonly folder: string;
  /** Every model that is asked for, by its name on the box. */
  readonly models: readonly string[];
  /** How many requests the box is said to work on at once; default more than are ever asked. */
  readonly places?: number;
  /** Where a candidate on Node leaves its CPU profile, if one is wanted. */
  readonly profileFolder: string | undefined;
}

export interface Candidate {
  readonly name: string;
  /** Whether clients ask by another name than the box's, and read that name in the answer. */
  readonly mapsNames: boolean;
  /** Whether requests wait for a place on the box, and /metrics tells how many do. */
  readonly hasQueue?: boolean;
  /** Where it opens fewer files than the system lets it. */
  readonly mostFiles?: number;
  /** Headers that each request needs, as "name: value". */
  headers(place: Place): readonly string[];
  /** Undefined for no process at all: the box is asked directly. Throws `Missing` where it cannot run here. */
  prepare(place: Place): Promise<Command | undefined>;
}

/** A candidate that cannot run on this machine, and what would help. */
export class Missing extends Error {
  override readonly name = "Missing";
}
