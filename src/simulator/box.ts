/** What every endpoint of one simulator is given: its memory, its clock, its pace, and Hono's context for it. */
import type { Context } from "hono";
import type { Order } from "./fault.ts";
import type { Conduct } from "./conduct.ts";
import type { ModelMemory } from "./model-memory.ts";
import type { Timing } from "./timing.ts";
import type { Work } from "./work.ts";

export interface Box {
  readonly conduct: Conduct;
  readonly memory: ModelMemory;
  readonly timing: Timing;
  /** Pause between streamed pieces where the request orders none. */
  readonly tokenDelayMs: number;
}

export interface SimulatorEnv {
  Variables: { order: Order; work: Work };
}

export type SimulatorContext = Context<SimulatorEnv>;
