/** Loads the models that an operator wants in memory, and keeps them there. Decides nothing for requests, and fails only in the log. */
import { kindOf, isSameModel, type LocalModel } from "../protocol/openai/models.ts";
import type { BackendSnapshot } from "../route/pool.ts";
import { touchModel } from "../upstream/touch-model.ts";
import type { ModelLoader } from "./model-loader.ts";
import type { Services } from "./services.ts";

export interface WarmPlan {
  /** The backend's name. */
  readonly backend: string;
  /** Names as the backend has them; loaded one after the other. */
  readonly preload: readonly string[];
  /** How often they are looked after; 0 loads them at the start only. */
  readonly keepWarmMs: number;
  /**
   * Whether loaded models that nobody uses are asked for one token, so that LM Studio's TTL begins anew. Off by default:
   * what was loaded through its API has no TTL, and there is no cheaper call that counts as use.
   */
  readonly touches?: boolean;
}

export interface WarmModels {
  /** Looks after every backend now, then at its interval; does nothing where there are no timers to rely on (workerd). */
  start(): void;
  /** Ends the timers, and the loads that nobody else waits for. */
  stop(): void;
}

export interface WarmModelsParts {
  readonly plans: readonly WarmPlan[];
  readonly services: Pick<Services, "runtime" | "catalog" | "pool">;
  readonly loader: ModelLoader;
  /** Whether the backend, or the whole proxy, is to take nothing new. */
  readonly isDrained: (backend: string) => boolean;
}

export function createWarmModels({ plans, services, loader, isDrained }: WarmModelsParts): WarmModels {
  const { runtime, catalog } = services;
  const end = new AbortController();
  const timers = new Map<WarmPlan, () => void>();

  async function lookAfter(plan: WarmPlan): Promise<void> {
    await visit(plan);
    if (plan.keepWarmMs > 0 && !end.signal.aborted) {
      // Set anew after each visit: a load may take longer than the interval.
      timers.set(
        plan,
        runtime.setTimer(() => void lookAfter(plan), plan.keepWarmMs),
      );
    }
  }

  async function visit(plan: WarmPlan): Promise<void> {
    for (const name of plan.preload) {
      // Asked anew for each: loading one may have put another out of memory.
      const snapshots = await catalog.refreshed();
      const snapshot = snapshots.find(({ backend }) => backend.name === plan.backend);
      if (snapshot?.status !== "up" || end.signal.aborted || isDrained(plan.backend)) return;
      try {
        await warm(name, snapshot, plan);
      } catch (thrown) {
        if (end.signal.aborted) return;
        const problem = thrown instanceof Error ? thrown.message : String(thrown);
        runtime.log.warn("model-preload-failed", { backend: plan.backend, model: name, problem });
      }
    }
  }

  async function warm(name: string, snapshot: BackendSnapshot, plan: WarmPlan): Promise<void> {
    const listed = findModel(name, snapshot.models ?? []);
    if (listed === undefined) throw new Error("The backend does not list this model.");
    const { backend, inFlight } = snapshot;
    const model = { backend, model: listed.id, kind: kindOf(listed) };
    if (listed.isLoaded === false && listed.isLoading !== true) {
      await loader.load(model, end.signal).ready;
    } else if (listed.isLoaded === true && plan.touches === true && inFlight === 0) {
      const running = services.pool.begin(backend);
      try {
        const refusal = await touchModel({ ...model, requestId: "keep-warm" }, runtime, end.signal);
        if (refusal !== undefined) throw new Error(`It answered HTTP ${refusal.status}.`);
      } finally {
        running.end({ outcome: "neutral" });
      }
    }
  }

  return {
    start() {
      if (runtime.sharesPromises) for (const plan of plans) void lookAfter(plan);
    },
    stop() {
      end.abort();
      for (const stopTimer of timers.values()) stopTimer();
      timers.clear();
    },
  };
}

function findModel(name: string, models: readonly LocalModel[]): LocalModel | undefined {
  return models.find(({ id }) => id === name) ?? models.find(({ id }) => isSameModel(name, id));
}
