/** GET /v1/models and /v1/models/{id}: aliases and local models in OpenAI's shape, each once. */
import type { Context } from "hono";
import { maySee } from "../auth/permission.ts";
import { badGateway, ProxyError } from "../errors.ts";
import type { AppEnv } from "../pipeline/app-env.ts";
import type { Services } from "../pipeline/services.ts";
import { formatModelList, isSameModel, type ModelObject } from "../protocol/openai/models.ts";
import { listedModels } from "../route/pool.ts";
import { needsModelList, resolveAlias } from "../translate/alias.ts";

export function listModels(services: Services, startedAt: number): (c: Context<AppEnv>) => Promise<Response> {
  return async (c) => {
    const models = await knownModels(services, startedAt);
    return c.json(formatModelList(models.filter(({ id }) => maySee(c.var.key, id))));
  };
}

/** A name that only a pattern or the default serves is there too: a client that asks for it gets an answer. */
export function retrieveModel(
  services: Services,
  startedAt: number,
): (c: Context<AppEnv>) => Promise<Response> {
  return async (c) => {
    const id = c.req.param("id") ?? "";
    const known = await knownModels(services, startedAt);
    const models = maySee(c.var.key, id) ? known : [];
    const found =
      models.find((model) => model.id === id) ?? models.find((model) => isSameModel(id, model.id));
    if (found !== undefined) return c.json({ ...found, id });
    if (maySee(c.var.key, id) && isServed(id, services))
      return c.json(modelObject(id, "openai-local-proxy", startedAt));
    throw new ProxyError({
      status: 404,
      type: "invalid_request_error",
      code: "model_not_found",
      param: "model",
      message: `The model '${id}' does not exist. GET /v1/models lists those that do.`,
    });
  };
}

async function knownModels({ plan, catalog }: Services, startedAt: number): Promise<readonly ModelObject[]> {
  const snapshots = await catalog.refreshed();
  const listed = listedModels(snapshots);
  if (listed === undefined && plan.aliases.size === 0) {
    const problems = snapshots.flatMap(({ problem }) => problem ?? []);
    throw badGateway(problems.join(" ") || "No backend has told its models yet.", "backend_unreachable");
  }
  return [
    ...[...plan.aliases.keys()].map((id) => modelObject(id, "openai-local-proxy", startedAt)),
    ...(listed ?? [])
      .filter(({ id }) => !plan.aliases.has(id))
      .map(({ id }) => modelObject(id, "local", startedAt)),
  ];
}

function isServed(id: string, { plan, pool }: Services): boolean {
  const listed = listedModels(pool.snapshot(plan));
  return (["chat", "embedding"] as const).some((kind) => {
    const via = needsModelList(id, kind, plan) ? resolveAlias(id, kind, plan, listed)?.via : "alias";
    return via === "pattern" || via === "default";
  });
}

/** Backends tell no date; the proxy's own start keeps the number an integer and the same from call to call. */
function modelObject(id: string, owner: string, startedAt: number): ModelObject {
  return { id, object: "model", created: Math.floor(startedAt / 1000), owned_by: owner };
}
