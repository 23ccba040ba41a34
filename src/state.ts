/** What outlives a reload of the configuration: the backends' state, what is stored, and the time of the start. */
import type { Runtime } from "./runtime.ts";
import type { AdmissionState } from "./admission/admission.ts";
import { createMemoryLimiters } from "./admission/memory-limiters.ts";
import { createMemorySlots } from "./admission/slots.ts";
import { createPool, type Pool } from "./route/pool.ts";
import { createMemoryStore, type KeyValueStore } from "./store/key-value.ts";

export interface ProxyState {
  readonly pool: Pool;
  readonly store: KeyValueStore;
  readonly admission: AdmissionState;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Responses and the like together; a conversation of a hundred turns takes about one of it. */
const storedBytes = 128 * 1024 * 1024;

/** By the runtime's clock and chance. */
export function createState({ now, random }: Pick<Runtime, "now" | "random">): ProxyState {
  return {
    pool: createPool({ now, random }),
    store: createMemoryStore(storedBytes, now),
    admission: { limiters: createMemoryLimiters(), slots: createMemorySlots() },
    startedAt: now(),
  };
}
