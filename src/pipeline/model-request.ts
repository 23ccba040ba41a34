/** Reads a model request: bytes to checked fields, and the name to a target. Knows no backend's state but its models. */
import type { Exchange, Target } from "../exchange.ts";
import { modelNotFound } from "../errors.ts";
import { readBody } from "../http/body.ts";
import type { Endpoint } from "../protocol/openai/endpoint.ts";
import { encodeModelName, replaceModel } from "../protocol/openai/splice.ts";
import { listedModels } from "../route/pool.ts";
import { needsModelList, nearestNames, resolveAlias } from "../translate/alias.ts";
import { parseRequest } from "../translate/canonical.ts";
import type { Services } from "./services.ts";
import { excerptOf } from "./settle.ts";

/**
 * The body as a backend is to get it: as the client sent it, but for the model's name.
 * Throws 400 for what is no request of this endpoint, 413 over the limit, model_not_found for an unknown name.
 */
export async function readModelRequest(
  request: Request,
  endpoint: Endpoint,
  exchange: Exchange,
  services: Services,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBody(request, services.plan.maxBodyBytes);
  if (services.plan.logRequestBodies) {
    services.runtime.log.info("request-body", { request: exchange.id, body: excerptOf(bytes) });
  }
  const fields = parseRequest(bytes, endpoint.request);
  exchange.alias = fields.model;
  exchange.streamed = fields.stream === true;
  exchange.target = await findTarget(fields.model, endpoint, services);
  return exchange.target.model === fields.model
    ? bytes
    : replaceModel(bytes, ["model"], encodeModelName(exchange.target.model));
}

async function findTarget(asked: string, endpoint: Endpoint, services: Services): Promise<Target> {
  const { plan, catalog, pool, runtime } = services;
  const kind = endpoint.modelKind;
  // With one backend and an exact name nothing depends on what the backend has.
  const dependsOnModels = plan.backends.length > 1 || needsModelList(asked, kind, plan);
  const snapshots = dependsOnModels ? await catalog.current() : pool.snapshot(plan);
  const listed = listedModels(snapshots);
  const target = resolveAlias(asked, kind, plan, listed);
  if (target === undefined) {
    throw modelNotFound(plan.unknownModelStatus, asked, nearestNames(asked, kind, plan, listed));
  }
  if (target.via === "auto") runtime.log.debug("model-auto", { asked, model: target.model });
  return target;
}
