/** All phases in the order in which they run; what leaves a process changed comes last. */
import { plain, rate } from "./plain.ts";
import type { Phase } from "./phase.ts";
import { start } from "./start.ts";
import { fewPaced, fullSpeed, manyPaced } from "./streams.ts";

export const phases: readonly Phase[] = [start, plain, rate, fewPaced, manyPaced, fullSpeed];
