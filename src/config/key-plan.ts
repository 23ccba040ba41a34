/** Turns keys and their limits into what requests are checked by. Pure; knows no header and no digest function. */
import { compilePattern } from "./name-pattern.ts";
import type { CallerLimitsConfig, EndpointName, KeySections } from "./schema-keys.ts";
import type { Secret } from "./secret.ts";

/** Undefined for no limit. */
export interface CallerLimits {
  readonly requestsPerMinute: number | undefined;
  readonly requestsPerDay: number | undefined;
  readonly tokensPerMinute: number | undefined;
  readonly tokensPerDay: number | undefined;
  /** Requests at the same time. */
  readonly concurrency: number | undefined;
}

export interface KeyPlan {
  readonly name: string;
  /** False for the keys of the short form, whose names are numbers. */
  readonly isNamed: boolean;
  /** The key itself, or its SHA-256 in lower-case hexadecimal digits. */
  readonly credential: { readonly kind: "plain" | "sha256"; readonly value: Secret };
  /** By the name that the client asks for. */
  readonly allowsModel: (asked: string) => boolean;
  /** Whether `allowsModel` says yes to everything. */
  readonly allowsAllModels: boolean;
  readonly endpoints: ReadonlySet<EndpointName>;
  readonly priority: number;
  readonly limits: CallerLimits;
}

/** Bounds of one request; 0 for none. */
export interface RequestBounds {
  readonly messages: number;
  readonly streamMs: number;
  readonly streamBytes: number;
}

const everyEndpoint: readonly EndpointName[] = [
  "chat",
  "completions",
  "embeddings",
  "responses",
  "messages",
  "models",
];

/** The keys of `authentication.valid_api_keys` as `key-1`, `key-2`, …, then those of `keys`. */
export function planKeys(config: KeySections): readonly KeyPlan[] {
  const short = config.authentication.valid_api_keys.map((value, index): KeyPlan => ({
    name: shortKeyName(index),
    isNamed: false,
    credential: { kind: "plain", value },
    allowsModel: () => true,
    allowsAllModels: true,
    endpoints: new Set([...everyEndpoint, "other"]),
    priority: 0,
    limits: planLimits(config.default_limits),
  }));
  const named = config.keys.flatMap((key): KeyPlan[] => {
    const { name, secret, sha256, models, endpoints, priority } = key;
    const value = secret ?? sha256;
    if (value === undefined) return [];
    const allowsAllModels = models === undefined || models.includes("*");
    const patterns = (models ?? []).map(compilePattern);
    return [
      {
        name,
        isNamed: true,
        credential: { kind: secret === undefined ? "sha256" : "plain", value },
        allowsModel: (asked) => allowsAllModels || patterns.some((pattern) => pattern.test(asked)),
        allowsAllModels,
        // Nobody looks for the model in what is only passed on: it would be a way around `models`.
        endpoints: new Set(endpoints ?? [...everyEndpoint, ...(allowsAllModels ? ["other" as const] : [])]),
        priority,
        limits: planLimits(key.limits, config.default_limits),
      },
    ];
  });
  return [...short, ...named];
}

/** What the keys of the short form are called. */
export function shortKeyName(index: number): string {
  return `key-${index + 1}`;
}

/** Each limit that `own` leaves out is that of `fallback`. */
export function planLimits(own: CallerLimitsConfig, fallback: CallerLimitsConfig = {}): CallerLimits {
  const chosen = (name: keyof CallerLimitsConfig) => {
    const limit = own[name] ?? fallback[name];
    return limit === 0 ? undefined : limit;
  };
  return {
    requestsPerMinute: chosen("requests_per_minute"),
    requestsPerDay: chosen("requests_per_day"),
    tokensPerMinute: chosen("tokens_per_minute"),
    tokensPerDay: chosen("tokens_per_day"),
    concurrency: chosen("concurrency"),
  };
}
