/** Who may come to answer a request, before anybody is chosen: what one of them needs is then done for all. */
import type { BackendPlan } from "../config/plan.ts";
import type { Exchange } from "../exchange.ts";
import { isSameModel } from "../protocol/openai/models.ts";
import type { Services } from "./services.ts";

/** Those that list the model or have told no list; all where none does, since then any may be asked. */
export function mayAnswer(
  { target }: Exchange,
  { pool, plan }: Pick<Services, "pool" | "plan">,
): readonly BackendPlan[] {
  const snapshots = pool.snapshot(plan);
  const model = target?.model;
  const fit = snapshots.filter(
    ({ models }) =>
      model === undefined || models === undefined || models.some(({ id }) => isSameModel(model, id)),
  );
  return (fit.length > 0 ? fit : snapshots).map(({ backend }) => backend);
}
