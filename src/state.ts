/** What outlives a reload of the configuration: the backends' state, what is stored or shared, and the time of the start. */
import type { AdmissionState } from "./admission/admission.ts";
import { createMemoryLimiters } from "./admission/memory-limiters.ts";
import { createSharedBreakers, type SharedBreakers } from "./store/shared-breakers.ts";
import { createSharedLimiters } from "./store/shared-limiters.ts";
import { createSharedSlots } from "./store/shared-slots.ts";
import { createMemorySlots } from "./admission/slots.ts";
import { type Metrics, noMetrics } from "./observe/metrics.ts";
import { createModelLoads, type ModelLoads } from "./route/model-loads.ts";
import { createPool, type Pool } from "./route/pool.ts";
import { createRooms, type Rooms } from "./route/queue/rooms.ts";
import type { Runtime } from "./runtime.ts";
import { createFallbackState } from "./store/fallback-state.ts";
import { createLeaseKeeper, type LeaseKeeper } from "./store/lease-keeper.ts";
import { createMemoryState } from "./store/memory-state.ts";
import type { SharedState, StateOperations } from "./store/shared-state.ts";

export interface ProxyState {
  readonly pool: Pool;
  /** Loads of models and calls of boxes that run. */
  readonly loads: ModelLoads;
  /** Who runs on the backends and who waits for them. */
  readonly rooms: Rooms;
  readonly store: SharedState;
  readonly metrics: Metrics;
  readonly admission: AdmissionState;
  /** Lends what replicas hold together; undefined where this process shares with nobody. */
  readonly leases: LeaseKeeper | undefined;
  /** What replicas tell each other of the boxes; undefined where this process shares with nobody. */
  readonly breakers: SharedBreakers | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Frees what this process holds for other replicas; nothing is asked of the state afterwards. */
  close(): Promise<void>;
}

export interface SharingLimits {
  /** The longest that an operation waits for the shared form. */
  readonly timeoutMs: number;
  /** How long a dead replica's leases last. */
  readonly leaseLifetimeMs: number;
}

/** Responses and the like together; a conversation of a hundred turns takes about one of it. */
export const storedBytes = 128 * 1024 * 1024;

/** In this process's memory, by the runtime's clock and chance. */
export function createState(
  { now, random, sharesPromises, setTimer }: Pick<Runtime, "now" | "random" | "sharesPromises" | "setTimer">,
  metrics: Metrics = noMetrics,
): ProxyState {
  const store = createMemoryState(storedBytes, now);
  return {
    pool: createPool({ now, random, lapseMs: lapseOf(sharesPromises) }),
    loads: createModelLoads({ now, sharesPromises }),
    rooms: createRooms({ now, setTimer }),
    store,
    metrics,
    admission: { limiters: createMemoryLimiters(), slots: createMemorySlots({ lapse: !sharesPromises }) },
    leases: undefined,
    breakers: undefined,
    startedAt: now(),
    close: () => store.close(),
  };
}

/** Shared with other replicas by `shared`, with memory to fall back on. */
export function createSharedState(
  shared: StateOperations,
  runtime: Runtime,
  { timeoutMs, leaseLifetimeMs }: SharingLimits,
  metrics: Metrics = noMetrics,
): ProxyState {
  const now = () => runtime.now();
  const random = () => runtime.random();
  const local = createMemoryState(storedBytes, now);
  const store = createFallbackState({ shared, local, runtime, timeoutMs });
  const replicaId = crypto.randomUUID();
  const leases = createLeaseKeeper(store, runtime, replicaId, leaseLifetimeMs);
  const pool = createPool({ now, random, lapseMs: lapseOf(runtime.sharesPromises) });
  return {
    pool,
    loads: createModelLoads(runtime),
    rooms: createRooms(runtime),
    store,
    metrics,
    admission: { limiters: createSharedLimiters(store), slots: createSharedSlots(leases) },
    leases,
    breakers: createSharedBreakers({ pool, store, runtime, replicaId }),
    startedAt: now(),
    async close() {
      await leases.releaseAll();
      await store.close();
    },
  };
}

/** Where the work of a client that left ends without a word, a request counts for this long; elsewhere to its end. */
const lapseOf = (sharesPromises: boolean) => (sharesPromises ? Infinity : 120_000);
