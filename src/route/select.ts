/** Stage 4, which backend? A pure choice over what is known of them. Knows no fetch and no bodies. */
import type { BackendPlan } from "../config/plan.ts";
import { isSameModel } from "../protocol/openai/models.ts";
import type { BackendSnapshot } from "./pool.ts";

/**
 * Best first: it has the model, then it is not known to be down, then the order in the configuration.
 * A backend that is down stays eligible, since only traffic or a check can tell that it is back.
 */
export function selectBackend(
  model: string | undefined,
  snapshots: readonly BackendSnapshot[],
): BackendPlan | undefined {
  let best: { score: number; backend: BackendPlan } | undefined;
  for (const snapshot of snapshots) {
    const hasModel =
      model !== undefined && snapshot.models?.some((listed) => isSameModel(model, listed.id)) === true;
    const score = (snapshot.status === "down" ? 0 : 2) + (hasModel ? 1 : 0);
    if (best === undefined || score > best.score) best = { score, backend: snapshot.backend };
  }
  return best?.backend;
}
