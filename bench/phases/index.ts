/** All phases in the order in which they run; what leaves a process changed comes last. */
import { aborts } from "./aborts.ts";
import { body, embeddings } from "./bodies.ts";
import { idle } from "./idle.ts";
import { first } from "./first.ts";
import { plain, rate } from "./plain.ts";
import type { Phase } from "./phase.ts";
import { start } from "./start.ts";
import { fewPaced, fullSpeed, manyPaced } from "./streams.ts";
import { waiting } from "./waiting.ts";

export const phases: readonly Phase[] = [
  start,
  plain,
  rate,
  fewPaced,
  manyPaced,
  first,
  fullSpeed,
  embeddings,
  body,
  aborts,
  waiting,
  idle,
];
