/** What is remembered of each backend, and found again by its name and address. Knows no rule of what follows from it. */
import type { BackendPlan } from "../config/plan.ts";
import type { BackendType } from "../config/schema.ts";
import type { LocalModel } from "../protocol/openai/models.ts";
import type { BackendStatus } from "./backend-snapshot.ts";
import { type BreakerState, createBreakerState } from "./breaker.ts";
import { noTraffic, type TrafficState } from "./traffic.ts";

export interface BackendRecord {
  /** Found by asking, for a backend whose type is not configured. */
  type: BackendType | undefined;
  status: BackendStatus;
  problem: string | undefined;
  models: readonly LocalModel[] | undefined;
  checkedAt: number;
  /** What runs, each since when. */
  readonly running: Set<{ readonly since: number }>;
  lacksResponses: boolean;
  /** The plan that was last asked about, with the type that was found. */
  typed: { readonly plan: BackendPlan; readonly result: BackendPlan } | undefined;
  readonly watchers: Set<(problem: string) => void>;
  isDrained: boolean;
  breaker: BreakerState;
  traffic: TrafficState;
}

/** A backend that changed its address is another one. `now` is in milliseconds. */
export function createRecords(now: () => number): (backend: BackendPlan) => BackendRecord {
  const records = new Map<string, BackendRecord>();

  /** Spares the key of a backend that was looked up before. */
  const recordsByPlan = new WeakMap<BackendPlan, BackendRecord>();

  function recordOf(backend: BackendPlan): BackendRecord {
    const known = recordsByPlan.get(backend);
    if (known !== undefined) return known;
    const record = findRecord(backend);
    recordsByPlan.set(backend, record);
    return record;
  }

  function findRecord(backend: BackendPlan): BackendRecord {
    const key = `${backend.name} ${backend.baseUrl}`;
    let record = records.get(key);
    if (record === undefined) {
      record = {
        type: undefined,
        typed: undefined,
        status: "unknown",
        problem: undefined,
        models: undefined,
        checkedAt: 0,
        running: new Set(),
        lacksResponses: false,
        watchers: new Set(),
        isDrained: false,
        breaker: createBreakerState(now()),
        traffic: noTraffic,
      };
      records.set(key, record);
    }
    return record;
  }

  return recordOf;
}

/** The same object for the same plan and type, so that what is remembered by it stays so. */
export function typedOf(backend: BackendPlan, record: BackendRecord): BackendPlan {
  const { type, typed } = record;
  if (type === undefined) return backend;
  if (typed?.plan === backend && typed.result.type === type) return typed.result;
  const result = { ...backend, type };
  record.typed = { plan: backend, result };
  return result;
}
