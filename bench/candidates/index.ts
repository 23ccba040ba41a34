/** All candidates by name, in the order of the table. */
import type { Candidate } from "./candidate.ts";
import { floors } from "./floor.ts";
import { ours } from "./ours.ts";
import { portkey } from "./portkey.ts";
import { direct, haproxy, nginx } from "./wire.ts";

export const candidates: readonly Candidate[] = [direct, nginx, haproxy, portkey, ...floors, ...ours];
