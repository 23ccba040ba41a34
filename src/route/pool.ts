/** The only mutable state of backends: whether they answer, what they have, what runs on them. Outlives a reload. Knows no fetch. */
import type { BackendPlan, Plan } from "../config/plan.ts";
import type { BackendType } from "../config/schema.ts";
import type { LocalModel } from "../protocol/openai/models.ts";
import type { RecentTraffic } from "./traffic.ts";

export type BackendStatus = "unknown" | "up" | "down";

/** What is known of one backend at one moment. */
export interface BackendSnapshot {
  readonly backend: BackendPlan;
  readonly status: BackendStatus;
  /** Why it is down, in words for the operator. */
  readonly problem: string | undefined;
  /** Undefined until it has told them once. */
  readonly models: readonly LocalModel[] | undefined;
  /** Milliseconds since the epoch; 0 if it was never checked. */
  readonly checkedAt: number;
  readonly inFlight: number;
  /** It answered that it has no /v1/responses. */
  readonly lacksResponses: boolean;
  /** An operator let it finish what runs and take nothing new. */
  readonly isDrained?: boolean | undefined;
  /** What its circuit breaker says at this moment; left out where none is kept. */
  readonly breakerAdmits?: boolean | undefined;
  /** It fails far more often than the others; see `findOutliers`. */
  readonly isOutlier?: boolean | undefined;
  /** Its strength relative to the others; 1 if left out. */
  readonly weight?: number | undefined;
  /** How many requests it runs at once; left out where nobody told. */
  readonly places?: number | undefined;
  /** Requests that wait for a place on it and no other. */
  readonly queued?: number | undefined;
  /** What its traffic showed of late, decayed to this moment. */
  readonly traffic?: RecentTraffic | undefined;
}

export interface FoundModels {
  readonly models: readonly LocalModel[];
  readonly type?: BackendType | undefined;
}

interface BackendRecord {
  /** Found by asking, for a backend whose type is not configured. */
  type: BackendType | undefined;
  status: BackendStatus;
  problem: string | undefined;
  models: readonly LocalModel[] | undefined;
  checkedAt: number;
  inFlight: number;
  lacksResponses: boolean;
  readonly watchers: Set<() => void>;
}

export interface Pool {
  /** The backends of a plan in its order. */
  snapshot(plan: Plan): readonly BackendSnapshot[];
  /** A check found it up, with these models, and of this type where it was asked for it. */
  reportModels(backend: BackendPlan, found: FoundModels, now: number): void;
  /** A check found it silent. */
  reportDown(backend: BackendPlan, problem: string, now: number): void;
  /** Traffic got an answer, or failed to connect (`problem`); the models stay as they were. */
  reportTraffic(backend: BackendPlan, problem: string | undefined): void;
  /** It answered that it has no /v1/responses; believed until it was down, as for an update. */
  reportLacksResponses(backend: BackendPlan): void;
  /** Calls back once, when a check finds it silent; the returned function calls that off. */
  onDown(backend: BackendPlan, callback: () => void): () => void;
  /** Counts a request that runs on it; the returned function ends it, once. */
  begin(backend: BackendPlan): () => void;
}

/** Records are kept by name and URL, so that a reload that moves a name to another box starts anew. */
export function createPool(): Pool {
  const records = new Map<string, BackendRecord>();

  function recordOf(backend: BackendPlan): BackendRecord {
    const key = `${backend.name} ${backend.baseUrl}`;
    let record = records.get(key);
    if (record === undefined) {
      record = {
        type: undefined,
        status: "unknown",
        problem: undefined,
        models: undefined,
        checkedAt: 0,
        inFlight: 0,
        lacksResponses: false,
        watchers: new Set(),
      };
      records.set(key, record);
    }
    return record;
  }

  return {
    snapshot: (plan) =>
      plan.backends.map((backend) => {
        const { type, watchers: _watchers, ...known } = recordOf(backend);
        return { backend: type === undefined ? backend : { ...backend, type }, ...known };
      }),
    reportModels(backend, { models, type }, now) {
      const record = recordOf(backend);
      Object.assign(record, { status: "up", problem: undefined, models, checkedAt: now });
      if (backend.detectsType) record.type = type ?? record.type;
    },
    reportDown(backend, problem, now) {
      Object.assign(recordOf(backend), { status: "down", problem, checkedAt: now, lacksResponses: false });
      const { watchers } = recordOf(backend);
      const called = [...watchers];
      watchers.clear();
      for (const callback of called) callback();
    },
    onDown(backend, callback) {
      const { watchers } = recordOf(backend);
      watchers.add(callback);
      return () => void watchers.delete(callback);
    },
    reportLacksResponses(backend) {
      recordOf(backend).lacksResponses = true;
    },
    reportTraffic(backend, problem) {
      const record = recordOf(backend);
      record.status = problem === undefined ? "up" : "down";
      record.problem = problem;
    },
    begin(backend) {
      const record = recordOf(backend);
      record.inFlight++;
      let isOver = false;
      return () => {
        if (!isOver) record.inFlight--;
        isOver = true;
      };
    },
  };
}

/** Every model that any backend has told, once a name; undefined while none has told any. */
export function listedModels(snapshots: readonly BackendSnapshot[]): readonly LocalModel[] | undefined {
  const known = snapshots.filter((snapshot) => snapshot.models !== undefined);
  if (known.length === 0) return undefined;
  const byId = new Map<string, LocalModel>();
  for (const model of known.flatMap((snapshot) => snapshot.models ?? [])) {
    const earlier = byId.get(model.id);
    if (earlier === undefined || (earlier.isLoaded !== true && model.isLoaded === true))
      byId.set(model.id, model);
  }
  return [...byId.values()];
}
