/** Keeps what is known of the backends fresh: asks them when a request needs to know and the answer has grown old. */
import type { Plan } from "../config/plan.ts";
import type { BackendSnapshot, Pool } from "../route/pool.ts";
import type { Runtime } from "../runtime.ts";
import { probe } from "../upstream/probe.ts";

/** Younger than this is as good as new: a model loaded by hand is found after so long. */
const freshMs = 5_000;
/** Where requests may not wait for each other's checks, each check holds a request up: so a longer time. */
const freshWithoutSharingMs = 30_000;
/** Up to this age the old answer serves, while a new one is fetched behind it. */
const usableMs = 120_000;

export interface Catalog {
  /** The backends as far as they are known, asking those whose state has grown old. Never throws. */
  current(): Promise<readonly BackendSnapshot[]>;
  /** The same after asking each backend now. */
  refreshed(): Promise<readonly BackendSnapshot[]>;
}

export function createCatalog(plan: Plan, pool: Pool, runtime: Runtime): Catalog {
  let running: Promise<void> | undefined;

  async function probeAll(): Promise<void> {
    await Promise.all(
      plan.backends.map(async (backend) => {
        const result = await probe(backend, runtime);
        if (result.isUp) {
          if (backend.detectsType)
            runtime.log.debug("backend-detected", { backend: backend.name, type: result.type });
          pool.reportModels(backend, result, runtime.now());
        } else pool.reportDown(backend, result.problem, runtime.now());
      }),
    );
  }

  function refresh(): Promise<void> {
    if (!runtime.sharesPromises) return probeAll();
    running ??= probeAll().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    async current() {
      const snapshots = pool.snapshot(plan);
      const oldest = Math.min(...snapshots.map(({ checkedAt }) => checkedAt));
      const age = runtime.now() - oldest;
      if (age < (runtime.sharesPromises ? freshMs : freshWithoutSharingMs)) return snapshots;
      if (age < usableMs && runtime.sharesPromises) {
        void refresh();
        return snapshots;
      }
      await refresh();
      return pool.snapshot(plan);
    },
    async refreshed() {
      await refresh();
      return pool.snapshot(plan);
    },
  };
}
