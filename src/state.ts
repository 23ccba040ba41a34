/** What outlives a reload of the configuration: the backends' state and the time of the start. */
import { createPool, type Pool } from "./route/pool.ts";

export interface ProxyState {
  readonly pool: Pool;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export function createState(now: number): ProxyState {
  return { pool: createPool(), startedAt: now };
}
