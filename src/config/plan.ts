/** Turns a Config into the frozen Plan that requests run by: milliseconds, compiled patterns, no optional left open. */
import { createFallbacks } from "./fallback-names.ts";
import { type CallerLimits, type KeyPlan, planKeys, planLimits, type RequestBounds } from "./key-plan.ts";
import { createModelOptions, type ModelOptions } from "./model-options.ts";
import { createRoutes, type RouteFacts, type RoutePlan } from "./route-plan.ts";
import { compilePattern, literalLength } from "./name-pattern.ts";
import type { BackendConfig, BackendType, WakeConfig, Config, TargetConfig } from "./schema.ts";
import type { Secret } from "./secret.ts";

/** A model name on the backends, for each kind that may use it. */
export interface TargetNames {
  readonly chat: string | undefined;
  readonly embedding: string | undefined;
  /** True where the operator gave one plain name for both kinds. */
  readonly sharedByKinds: boolean;
  /** Models that share the requests; `chat` is the first of them. */
  readonly split?: SplitPlan;
}

export interface SplitPlan {
  readonly targets: readonly { readonly name: string; readonly weight: number }[];
  /** `key`, `user`, or `header:` and a name. */
  readonly sticky: string;
  readonly shadow: { readonly model: string; readonly share: number } | undefined;
}

export interface BackendPlan {
  readonly name: string;
  /** Without a trailing slash and without /v1. */
  readonly baseUrl: string;
  readonly type: BackendType;
  /** Whether the type is only a first guess, until the backend has been asked. */
  readonly detectsType: boolean;
  /** 0 waits for ever. */
  readonly firstByteTimeoutMs: number;
  readonly apiKey: Secret | undefined;
  readonly headers: ReadonlyArray<readonly [string, Secret]>;
  readonly responses: "auto" | "native" | "translated";
  /** Undefined where the backend is to tell. */
  readonly maxConcurrency: number | undefined;
  readonly preload: readonly string[];
  readonly keepWarmMs: number;
  /** Requests for a model that is not loaded wait together for one load. */
  readonly loadsFirst: boolean;
  readonly wake: WakeConfig | undefined;
  readonly weight: number;
  readonly oneModelAtATime: boolean;
  readonly disabledMends: ReadonlySet<string>;
}

export interface AliasPattern {
  readonly pattern: string;
  readonly matches: RegExp;
  readonly target: TargetNames;
}

/** What may be fetched for a client, and how much of it. */
export interface ImagePlan {
  readonly fetches: boolean;
  /** Of one image. */
  readonly maxBytes: number;
  /** For all images of a request; 0 waits for ever. */
  readonly timeoutMs: number;
  /** Hosts as `URL.host` writes them, `*.` before a name standing for all below it; undefined for any public one. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly internalHosts: readonly string[];
}

export interface QueuePlan {
  readonly maxSize: number;
  readonly maxWaitMs: number;
  readonly modelPatienceMs: number;
}

export interface HealthPlan {
  /** 0 where nothing is checked by itself. */
  readonly intervalMs: number;
  readonly unhealthyAfter: number;
}

export interface Plan {
  readonly backends: readonly BackendPlan[];
  readonly aliases: ReadonlyMap<string, TargetNames>;
  /** Most specific first: the longest text outside "*" wins, then the order in the file. */
  readonly aliasPatterns: readonly AliasPattern[];
  readonly defaultTarget: TargetNames | undefined;
  /** By the name that a backend has. */
  readonly modelOptions: (model: string) => ModelOptions;
  /** The names to try, in order, where an asked one cannot be had. */
  readonly fallbacks: (asked: string) => readonly string[];
  readonly unknownModel: "auto" | "reject" | "passthrough";
  readonly unknownModelStatus: 400 | 404;
  readonly authenticationEnabled: boolean;
  readonly keys: readonly KeyPlan[];
  /** Of each client address, while authentication is off. */
  readonly anonymousLimits: CallerLimits;
  readonly bounds: RequestBounds;
  readonly corsOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly maxRetries: number;
  /** 0 turns heartbeats off. */
  readonly heartbeatMs: number;
  /** 0 waits for ever. */
  readonly idleTimeoutMs: number;
  /** 0 keeps none. */
  readonly responseLifetimeMs: number;
  readonly images: ImagePlan;
  readonly health: HealthPlan;
  readonly queue: QueuePlan;
  readonly routeOf: (facts: RouteFacts) => RoutePlan;
  /** 0 never asks a second backend. */
  readonly hedgeMs: number;
  readonly adminKey: Secret | undefined;
  readonly logRequestBodies: boolean;
  readonly logResponseBodies: boolean;
}

/** Every default was filled by the schema; nothing here can fail. */
export function createPlan(config: Config): Plan {
  const mapping = Object.entries(config.model_mapping);
  const hasMapping = mapping.length > 0 || config.default_model !== undefined;
  return Object.freeze({
    backends: Object.entries(config.backends).map(([name, backend]) => planBackend(name, backend, config)),
    aliases: new Map(
      mapping.filter(([name]) => !name.includes("*")).map(([name, target]) => [name, toTargetNames(target)]),
    ),
    aliasPatterns: mapping
      .filter(([name]) => name.includes("*"))
      .map(([pattern, target]) => ({
        pattern,
        matches: compilePattern(pattern),
        target: toTargetNames(target),
      }))
      .sort((a, b) => literalLength(b.pattern) - literalLength(a.pattern)),
    defaultTarget: config.default_model === undefined ? undefined : toTargetNames(config.default_model),
    modelOptions: createModelOptions(config.model_options),
    fallbacks: createFallbacks(config.fallbacks),
    unknownModel: config.unknown_model ?? (hasMapping ? "reject" : "auto"),
    unknownModelStatus: config.unknown_model_status,
    authenticationEnabled: config.authentication.enabled ?? config.keys.length > 0,
    keys: planKeys(config),
    anonymousLimits: planLimits(config.default_limits),
    bounds: {
      messages: config.limits.messages,
      streamMs: config.limits.stream_seconds * 1000,
      streamBytes: config.limits.stream_bytes,
    },
    corsOrigins: config.server.cors_origins,
    maxBodyBytes: config.request.max_content_length,
    maxRetries: config.request.max_retries,
    heartbeatMs: config.stream.heartbeat * 1000,
    idleTimeoutMs: config.stream.idle_timeout * 1000,
    responseLifetimeMs: config.responses.lifetime * 1000,
    images: {
      fetches: config.images.fetch,
      maxBytes: config.images.max_bytes,
      timeoutMs: config.images.timeout * 1000,
      allowedHosts: config.images.allowed_hosts,
      internalHosts: config.images.internal_hosts,
    },
    health: planHealth(config),
    routeOf: createRoutes(config.routes, config.routing.policy),
    hedgeMs: config.routing.hedge_embeddings * 1000,
    adminKey: config.admin.key,
    queue: {
      maxSize: config.queue.max_size,
      maxWaitMs: config.queue.max_wait * 1000,
      modelPatienceMs: config.queue.model_patience * 1000,
    },
    logRequestBodies: config.logging.include_request_body,
    logResponseBodies: config.logging.include_response_body,
  });
}

/** A single box is checked by its traffic alone: nobody could take its place, and its log stays quiet. */
function planHealth({ health, backends }: Config): HealthPlan {
  const interval = health.interval ?? (Object.keys(backends).length > 1 ? 10 : 0);
  return { intervalMs: interval * 1000, unhealthyAfter: health.unhealthy_after };
}

function planBackend(name: string, backend: BackendConfig, config: Config): BackendPlan {
  return {
    name,
    baseUrl: backend.url.replace(/\/+$/, "").replace(/\/v1$/, "").replace(/\/+$/, ""),
    type: backend.type === "auto" ? "lmstudio" : backend.type,
    detectsType: backend.type === "auto",
    firstByteTimeoutMs: (backend.timeout ?? config.request.default_timeout) * 1000,
    apiKey: backend.api_key,
    headers: Object.entries(backend.headers),
    responses: backend.responses,
    maxConcurrency: backend.max_concurrency,
    preload: backend.preload,
    keepWarmMs: backend.keep_warm * 1000,
    loadsFirst: backend.load_first,
    wake: backend.wake,
    weight: backend.weight,
    oneModelAtATime: backend.one_model_at_a_time,
    disabledMends: new Set(backend.disabled_mends),
  };
}

function toTargetNames(target: TargetConfig): TargetNames {
  if (typeof target === "string") return { chat: target, embedding: target, sharedByKinds: true };
  if (!("targets" in target))
    return { chat: target.chat, embedding: target.embeddings, sharedByKinds: false };
  const targets = target.targets.map(({ model, weight }) => ({ name: model, weight }));
  const split = { targets, sticky: target.sticky, shadow: target.shadow };
  return { chat: targets[0]?.name, embedding: undefined, sharedByKinds: false, split };
}
