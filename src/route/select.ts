/** Stage 4, which backend? A pure choice over what is known of them. Knows no fetch and no bodies. */
import type { BackendPlan } from "../config/plan.ts";
import { isSameModel } from "../protocol/openai/models.ts";
import type { BackendSnapshot } from "./pool.ts";

const none: ReadonlySet<string> = new Set();

/**
 * Best first: it has the model, then it is not known to be down, then the order in the configuration. A backend that is
 * down stays eligible, since only traffic or a check can tell that it is back; one that was tried is not. A backend that
 * is known not to have the model is only taken where no other has it either.
 */
export function selectBackend(
  model: string | undefined,
  snapshots: readonly BackendSnapshot[],
  tried: ReadonlySet<string> = none,
): BackendPlan | undefined {
  const rated = snapshots.map((snapshot) => ({ snapshot, ...rate(model, snapshot) }));
  const isHadSomewhere = rated.some(({ has }) => has === "yes");
  let best: { score: number; backend: BackendPlan } | undefined;
  for (const { snapshot, has, score } of rated) {
    const { backend } = snapshot;
    if (tried.has(backend.name) || (tried.size > 0 && isHadSomewhere && has === "no")) continue;
    if (best === undefined || score > best.score) best = { score, backend };
  }
  return best?.backend;
}

/**
 * The names of all that `selectBackend` would take one after the other, best first. Those that are down are only there
 * where no other is left.
 */
export function orderBackends(
  model: string | undefined,
  snapshots: readonly BackendSnapshot[],
  tried: ReadonlySet<string> = none,
): readonly string[] {
  const names: string[] = [];
  const taken = new Set(tried);
  const isDown = new Map(snapshots.map(({ backend, status }) => [backend.name, status === "down"]));
  for (;;) {
    const next = selectBackend(model, snapshots, taken);
    if (next === undefined) break;
    taken.add(next.name);
    names.push(next.name);
  }
  const up = names.filter((name) => isDown.get(name) !== true);
  return up.length > 0 ? up : names;
}

function rate(
  model: string | undefined,
  { status, models }: BackendSnapshot,
): { readonly has: "yes" | "no" | "unknown"; readonly score: number } {
  const isListed = model !== undefined ? models?.some((listed) => isSameModel(model, listed.id)) : undefined;
  const has = isListed === undefined ? "unknown" : isListed ? "yes" : "no";
  return { has, score: (status === "down" ? 0 : 2) + (has === "yes" ? 1 : 0) };
}
