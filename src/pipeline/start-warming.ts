/** Begins to load and keep the models that the configuration names. */
import type { ModelLoads } from "../route/model-loads.ts";
import { createCatalog } from "./catalog.ts";
import { createModelLoader } from "./model-loader.ts";
import type { Services } from "./services.ts";
import { createWarmModels } from "./warm-models.ts";

/** Runs until the returned function is called. */
export function startWarming({
  plan,
  pool,
  runtime,
  loads,
}: Pick<Services, "plan" | "pool" | "runtime"> & { readonly loads: ModelLoads }): () => void {
  const catalog = createCatalog(plan, pool, runtime);
  const loader = createModelLoader({
    runtime,
    loads,
    contextLengthOf: (model) => plan.modelOptions(model).contextLength,
  });
  const warm = createWarmModels({
    plans: plan.backends
      .filter(({ preload }) => preload.length > 0)
      .map(({ name, preload, keepWarmMs }) => ({ backend: name, preload, keepWarmMs })),
    services: { runtime, catalog, pool },
    loader,
    isDrained: (name) =>
      pool.snapshot(plan).some(({ backend, isDrained }) => backend.name === name && isDrained === true),
  });
  warm.start();
  return () => warm.stop();
}
