/** Snapshots of backends for tests of what is chosen among them. */
import { parseConfig } from "../../src/config/parse.ts";
import { createPlan } from "../../src/config/plan.ts";
import type { LocalModel } from "../../src/protocol/openai/models.ts";
import type { BackendSnapshot } from "../../src/route/pool.ts";

const plan = createPlan(
  parseConfig({
    backends: {
      a: { url: "http://a" },
      b: { url: "http://b" },
      c: { url: "http://c" },
      d: { url: "http://d" },
    },
  }),
);

/** A backend of which this is known; names a to d. */
export function snapshot(name: string, known: Partial<BackendSnapshot> = {}): BackendSnapshot {
  const backend = plan.backends.find((each) => each.name === name);
  if (backend === undefined) throw new Error(`There is no backend ${name}.`);
  return {
    backend,
    status: "up",
    problem: undefined,
    models: undefined,
    checkedAt: 0,
    inFlight: 0,
    lacksResponses: false,
    ...known,
  };
}

/** A listed model. */
export const model = (id: string, known: Partial<LocalModel> = {}) => ({
  id,
  kind: undefined,
  isLoaded: undefined,
  ...known,
});

/** It has told this list. */
export const has = (...models: readonly LocalModel[]) => ({ models });
