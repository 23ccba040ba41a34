/** The only mutable state of backends: whether they answer, what they have, what runs on them. Outlives a reload. Knows no fetch. */
import type { BackendPlan, Plan } from "../config/plan.ts";
import type { BackendType } from "../config/schema.ts";
import type { LocalModel } from "../protocol/openai/models.ts";
import type { BackendSnapshot, BackendStatus } from "./backend-snapshot.ts";
import { type BreakerNews, hearNews, newsOf, silentBoxNews } from "./breaker-news.ts";
import { admits, type BreakerEvent, type BreakerOutcome, stepBreaker } from "./breaker.ts";
import { type BackendRecord, createRecords, typedOf } from "./backend-record.ts";
import { placesOf } from "./places.ts";
import { findOutliers } from "./outlier.ts";
import { countOutcome, measureTtft, readTraffic } from "./traffic.ts";

export type { BackendSnapshot, BackendStatus };

export interface FoundModels {
  readonly models: readonly LocalModel[];
  readonly type?: BackendType | undefined;
}

/** How a request on a backend ended, seen from the backend. */
export interface RequestEnd {
  readonly outcome: BreakerOutcome;
  /** Time to its first byte, where one came. */
  readonly ttftMs?: number | undefined;
}

/** One that was counted as running on a backend. */
export interface RunningRequest {
  /** The first byte of its answer came. */
  answers(): void;
  /** It runs no more; only the first call counts. */
  end(end: RequestEnd): void;
}

export interface PoolClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /**
   * Milliseconds after which a request counts no more. On workerd a request whose client left ends without a word, so that
   * nobody says that it is over. Default: never.
   */
  readonly lapseMs?: number;
}

export interface Pool {
  /** The backends of a plan in its order. */
  snapshot(plan: Plan): readonly BackendSnapshot[];
  /** What a backend has told to have; undefined until it has. */
  modelsOf(backend: BackendPlan): readonly LocalModel[] | undefined;
  /** A check found it up, with these models, and of this type where it was asked for it. */
  reportModels(backend: BackendPlan, found: FoundModels, now: number): void;
  /** A look at it found it silent. */
  reportDown(backend: BackendPlan, problem: string, now: number): void;
  /** It was found silent as often as makes it down: who waits for its first byte moves on. */
  callOff(backend: BackendPlan, problem: string): void;
  /** Traffic got an answer, or failed to connect (`problem`); the models stay as they were. */
  reportTraffic(backend: BackendPlan, problem: string | undefined): void;
  /** It answered that it has no /v1/responses; believed until it was down, as for an update. */
  reportLacksResponses(backend: BackendPlan): void;
  /** Calls back once, with what is wrong, when it is called off; the returned function ends the wait for that. */
  onDown(backend: BackendPlan, callback: (problem: string) => void): () => void;
  /** Lets it finish what runs and take nothing new, or take again. */
  setDrained(backend: BackendPlan, isDrained: boolean): void;
  /** Calls back whenever this process itself finds a box ill or well again. */
  onNews(listener: (backend: BackendPlan, news: BreakerNews) => void): void;
  /** What another replica found of it; tells nobody on. */
  hear(backend: BackendPlan, news: BreakerNews): void;
  /** Counts a request that runs on it. */
  begin(backend: BackendPlan): RunningRequest;
}

/** Records are kept by name and URL, so that a reload that moves a name to another box starts anew. */
export function createPool({ now, random, lapseMs = Infinity }: PoolClock): Pool {
  const recordOf = createRecords(now);
  let tell: (backend: BackendPlan, news: BreakerNews) => void = () => {};

  function step(backend: BackendPlan, event: BreakerEvent, at: number): void {
    const record = recordOf(backend);
    const before = record.breaker;
    record.breaker = stepBreaker(before, event, at, random);
    const news = newsOf(before, record.breaker, at);
    if (news !== undefined) tell(backend, news);
  }

  /** An open breaker has told what there is to tell, and only its trial ends it. */
  function setStatus(backend: BackendPlan, status: BackendStatus, problem: string | undefined): void {
    const record = recordOf(backend);
    const wasDown = record.status === "down";
    record.status = status;
    record.problem = problem;
    if (wasDown === (status === "down") || record.breaker.phase !== "closed") return;
    tell(backend, wasDown ? { phase: "closed" } : silentBoxNews);
  }

  function countRunning({ running }: BackendRecord, at: number): number {
    if (lapseMs < Infinity)
      for (const entry of running) if (at - entry.since >= lapseMs) running.delete(entry);
    return running.size;
  }

  return {
    snapshot(plan) {
      const at = now();
      const known = plan.backends.map((backend) => {
        const record = recordOf(backend);
        const typed = typedOf(backend, record);
        return {
          backend: typed,
          status: record.status,
          problem: record.problem,
          models: record.models,
          checkedAt: record.checkedAt,
          inFlight: countRunning(record, at),
          lacksResponses: record.lacksResponses,
          isDrained: record.isDrained,
          breakerAdmits: admits(record.breaker, at),
          traffic: readTraffic(record.traffic, at),
          weight: backend.weight,
          places: placesOf({ type: typed.type, maxConcurrency: typed.maxConcurrency, models: record.models }),
          isOutlier: false,
        };
      });
      if (known.length === 1) return known;
      const outliers = findOutliers(known.map(({ backend: { name }, traffic }) => ({ name, ...traffic })));
      return known.map((snapshot) =>
        outliers.includes(snapshot.backend.name) ? { ...snapshot, isOutlier: true } : snapshot,
      );
    },
    modelsOf: (backend) => recordOf(backend).models,
    reportModels(backend, { models, type }, at) {
      const record = recordOf(backend);
      Object.assign(record, { models, checkedAt: at });
      setStatus(backend, "up", undefined);
      step(backend, { type: "check", isAlive: true }, at);
      if (backend.detectsType) record.type = type ?? record.type;
    },
    reportDown(backend, problem, at) {
      Object.assign(recordOf(backend), { checkedAt: at, lacksResponses: false });
      setStatus(backend, "down", problem);
    },
    callOff(backend, problem) {
      const { watchers } = recordOf(backend);
      const called = [...watchers];
      watchers.clear();
      for (const callback of called) callback(problem);
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
      setStatus(backend, problem === undefined ? "up" : "down", problem);
    },
    setDrained(backend, isDrained) {
      recordOf(backend).isDrained = isDrained;
    },
    onNews(listener) {
      tell = listener;
    },
    hear(backend, news) {
      const record = recordOf(backend);
      record.breaker = hearNews(record.breaker, news, now(), random);
    },
    begin(backend) {
      const record = recordOf(backend);
      const since = now();
      const entry = { since };
      record.running.add(entry);
      step(backend, { type: "begin" }, since);
      const { generation } = record.breaker;
      let isOver = false;
      return {
        answers: () => step(backend, { type: "answer", generation }, now()),
        end({ outcome, ttftMs }) {
          if (isOver) return;
          isOver = true;
          const at = now();
          record.running.delete(entry);
          step(backend, { type: "end", generation, outcome }, at);
          if (outcome !== "neutral") record.traffic = countOutcome(record.traffic, outcome, at);
          if (ttftMs !== undefined) record.traffic = measureTtft(record.traffic, ttftMs, at);
        },
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
