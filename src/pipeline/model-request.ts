/** Reads a model request: bytes to checked fields, and the name to a target. Knows no backend's state but its models. */
import { inOne, totalBytes } from "../byte-channel.ts";
import { estimateRequest } from "../admission/estimate.ts";
import { requireModel } from "../auth/permission.ts";
import type { KeyPlan } from "../config/key-plan.ts";
import type { Exchange, Target } from "../exchange.ts";
import { modelNotFound, ProxyError, tooManyMessages } from "../errors.ts";
import { readBody } from "../http/body.ts";
import { piecesWithoutMark } from "../protocol/byte-order-mark.ts";
import { countTokensEndpoint } from "../protocol/anthropic/messages.ts";
import type { ByteSearch } from "../find-byte.ts";
import type { Endpoint, ModelRequest } from "../protocol/openai/endpoint.ts";
import { type LongTexts, standInContents, takeOutLongTexts } from "../protocol/openai/long-texts.ts";
import { replaceOnlyModel } from "../protocol/openai/only-model.ts";
import { encodeModelName, setModel } from "../protocol/openai/splice.ts";
import { listedModels } from "../route/pool.ts";
import { selectTarget } from "../route/weighted-choice.ts";
import {
  type Listed,
  needsModelList,
  nearestNames,
  type Resolved,
  resolveAlias,
} from "../translate/alias.ts";
import { decodeRequest, parseRequestText } from "../translate/canonical.ts";
import { stickyValueOf } from "../translate/split.ts";
import type { ModelRequestBody } from "./request-body.ts";
import type { Services } from "./services.ts";
import { excerptOf } from "./settle.ts";

/** As it came in. */
export interface ReadRequest extends ModelRequestBody {
  /** What was taken out of both, to be put back before it is sent. */
  readonly longTexts: LongTexts | undefined;
}

/**
 * Throws 400 for what is no request of this endpoint, 403 for a model that the key is not for, 413 and 429 over a limit,
 * model_not_found for an unknown name.
 */
export async function readModelRequest(
  request: Request,
  endpoint: Endpoint,
  exchange: Exchange,
  services: Services,
  key: KeyPlan | undefined,
): Promise<ReadRequest> {
  const { plan, runtime } = services;
  // The log would have it in one.
  const inPieces = endpoint.kind === "chat" && !plan.logRequestBodies ? runtime.readInPieces : undefined;
  const read = await readBody(request, plan.maxBodyBytes, inPieces ?? runtime.readBytes);
  const sent = piecesWithoutMark(read);
  if (plan.logRequestBodies) {
    runtime.log.info("request-body", { request: exchange.id, body: excerptOf(inOne(sent)) });
  }
  const { fields, longTexts, text, short } = readFields(
    sent,
    endpoint,
    exchange.deployment,
    runtime.byteSearch,
  );
  exchange.alias = fields.model;
  exchange.streamed = fields.stream === true;
  requireModel(key, fields.model);
  requireFewMessages(fields, plan.bounds.messages);
  const { admission } = services;
  // Counting tokens generates none.
  if (endpoint.path !== countTokensEndpoint.path && admission.countsTokens(exchange)) {
    const taking = admission.takeTokens(exchange, estimateRequest(fields, totalBytes(sent)));
    if (taking !== undefined) await taking;
  }
  const found = findTarget(fields.model, endpoint, services);
  const resolved = found instanceof Promise ? await found : found;
  exchange.target = drawTarget(resolved, fields, request.headers, exchange, services);
  const { model } = exchange.target;
  const isAsSent = model === fields.model && exchange.deployment === undefined;
  const bytes = isAsSent ? short : renamed(short, text, model, exchange.deployment === undefined);
  return { fields, bytes, longTexts };
}

/** `isNamed` where the body itself names the model. */
function renamed(
  bytes: Uint8Array<ArrayBuffer>,
  text: string,
  model: string,
  isNamed: boolean,
): Uint8Array<ArrayBuffer> {
  const name = encodeModelName(model);
  return (isNamed ? replaceOnlyModel(bytes, text, name) : undefined) ?? setModel(bytes, name);
}

interface ReadFields extends Pick<ReadRequest, "fields" | "longTexts"> {
  /** What was parsed: without its long texts, where it has any. */
  readonly short: Uint8Array<ArrayBuffer>;
  /** The same, decoded. */
  readonly text: string;
}

/** Chats are read without their long texts, which nothing on the way looks at. */
function readFields(
  sent: readonly Uint8Array<ArrayBuffer>[],
  endpoint: Endpoint,
  deployment: string | undefined,
  search: ByteSearch | undefined,
): ReadFields {
  const longTexts = endpoint.kind === "chat" ? takeOutLongTexts(sent, search) : undefined;
  if (longTexts !== undefined) {
    try {
      const short = longTexts.skeleton;
      const text = decodeRequest(short);
      const fields = parseRequestText(text, endpoint.request, deployment);
      if (standInContents(fields, longTexts.count)) return { fields, longTexts, short, text };
    } catch (thrown) {
      // What is wrong is told of the request as it came.
      if (!(thrown instanceof ProxyError)) throw thrown;
    }
  }
  const short = inOne(sent);
  const text = decodeRequest(short);
  return { fields: parseRequestText(text, endpoint.request, deployment), longTexts: undefined, short, text };
}

function requireFewMessages({ messages, input }: ModelRequest, limit: number): void {
  const list = Array.isArray(messages) ? messages : input;
  if (limit === 0 || !Array.isArray(list) || list.length <= limit) return;
  throw tooManyMessages(list === messages ? "messages" : "input", limit, list.length);
}

/** Where several models share the name: the one of them that this client keeps. */
function drawTarget(
  { split, ...target }: Resolved,
  fields: ModelRequest,
  headers: Headers,
  { principal }: Exchange,
  { runtime }: Services,
): Target {
  if (split === undefined) return target;
  const sticky = stickyValueOf(split.sticky, { principal, fields, headers });
  const drawn = selectTarget(fields.model, split.targets, sticky, () => runtime.random());
  const model = drawn?.name ?? target.model;
  const { shadow } = split;
  const isShadowed = shadow !== undefined && runtime.random() < shadow.share;
  return { ...target, model, variant: model, ...(isShadowed ? { shadow: shadow.model } : {}) };
}

/** Throws model_not_found for a name that nothing serves. */
export function findTarget(
  asked: string,
  endpoint: Endpoint,
  services: Services,
): Resolved | Promise<Resolved> {
  const { plan, catalog } = services;
  // With one backend and an exact name nothing depends on what the backend has.
  const dependsOnModels = plan.backends.length > 1 || needsModelList(asked, endpoint.modelKind, plan);
  if (!dependsOnModels) return requireTarget(asked, endpoint, services, undefined);
  return catalog
    .current()
    .then((snapshots) => requireTarget(asked, endpoint, services, listedModels(snapshots)));
}

function requireTarget(
  asked: string,
  { modelKind: kind }: Endpoint,
  { plan, runtime }: Services,
  listed: Listed,
): Resolved {
  const target = resolveAlias(asked, kind, plan, listed);
  if (target === undefined) {
    throw modelNotFound(plan.unknownModelStatus, asked, nearestNames(asked, kind, plan, listed));
  }
  if (target.via === "auto") runtime.log.debug("model-auto", { asked, model: target.model });
  return target;
}
