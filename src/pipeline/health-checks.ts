/** Asks each backend now and then whether it is there, so that a silent one is found before requests wait for it. Knows no request. */
import type { BackendPlan } from "../config/plan.ts";
import { probe } from "../upstream/probe.ts";
import type { Services } from "./services.ts";

/** A first failure is looked into at once: a frozen box keeps requests waiting. */
const recheckMs = 1_000;
/** Replicas and backends are not to be asked all at once. */
const jitterShare = 0.2;

type CheckParts = Pick<Services, "plan" | "pool" | "runtime">;

/** Runs until the returned function is called. Does nothing where checks are off. */
export function startHealthChecks(services: CheckParts): () => void {
  const { plan } = services;
  if (plan.health.intervalMs === 0) return () => {};
  const stops = plan.backends.map((backend) => startChecks(backend, services));
  return () => {
    for (const stop of stops) stop();
  };
}

function startChecks(backend: BackendPlan, { plan, pool, runtime }: CheckParts): () => void {
  const { intervalMs, unhealthyAfter } = plan.health;
  let isStopped = false;
  let failures = 0;
  let stopTimer = schedule(intervalMs * runtime.random());

  function schedule(delayMs: number): () => void {
    return runtime.setTimer(() => void check(), delayMs);
  }

  async function check(): Promise<void> {
    const result = await probe(backend, runtime);
    if (isStopped) return;
    if (result.isUp) {
      if (failures >= unhealthyAfter) runtime.log.info("backend-up", { backend: backend.name });
      failures = 0;
      pool.reportModels(backend, result, runtime.now());
    } else {
      failures++;
      if (failures >= unhealthyAfter) {
        pool.reportDown(backend, result.problem, runtime.now());
        pool.callOff(backend, result.problem);
      }
      if (failures === unhealthyAfter)
        runtime.log.warn("backend-down", { backend: backend.name, problem: result.problem });
    }
    const isSuspect = failures > 0 && failures < unhealthyAfter;
    const usualMs = intervalMs * (1 - jitterShare / 2 + jitterShare * runtime.random());
    stopTimer = schedule(isSuspect ? Math.min(recheckMs, usualMs) : usualMs);
  }

  return () => {
    isStopped = true;
    stopTimer();
  };
}
