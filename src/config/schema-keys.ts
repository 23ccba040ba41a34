/** What may be written of keys and limits: who is let in, to what, how often, and how large one request may be. */
import { z } from "zod";
import { seconds, secret } from "./schema-values.ts";
import { Secret } from "./secret.ts";

/** What a key may be let use; `other` is every path that the proxy only passes on. */
export const endpointNames = [
  "chat",
  "completions",
  "embeddings",
  "responses",
  "messages",
  "models",
  "other",
] as const;

const count = z.int().nonnegative().optional();

const callerLimits = {
  requests_per_minute: count.describe("Requests in one minute; 0 for no limit."),
  requests_per_day: count.describe("Requests in 24 hours; 0 for no limit."),
  tokens_per_minute: count.describe("Tokens of prompts and answers in one minute; 0 for no limit."),
  tokens_per_day: count.describe("Tokens of prompts and answers in 24 hours; 0 for no limit."),
  concurrency: count.describe("Requests that run at the same time; 0 for no limit."),
};

const key = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9](?:[\w .-]{0,62}[\w.-])?$/, {
        error: "a name of up to 64 letters, digits, spaces and . _ -",
      })
      .describe("Who has the key: shown in logs, metrics and the header openai-organization."),
    secret: secret.optional().describe("The key itself, as clients send it; or give `sha256`."),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, { error: "64 hexadecimal digits" })
      .transform((digest) => new Secret(digest.toLowerCase()))
      .optional()
      .describe("The key's SHA-256 in place of the key, so that the file holds no secret."),
    models: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'The names it may ask for; "*" in a name matches anything. Default: all. Paths that the proxy only passes on then need "other" in `endpoints`, for nobody looks at the model there.',
      ),
    endpoints: z.array(z.enum(endpointNames)).optional().describe("What it may use. Default: all."),
    priority: z.int().default(0).describe("Goes before lower ones where requests have to wait."),
    limits: z
      .strictObject(callerLimits)
      .prefault({})
      .describe("Its limits; one that is left out is that of default_limits."),
  })
  .refine((value) => (value.secret === undefined) !== (value.sha256 === undefined), {
    path: ["secret"],
    error: "either `secret` or `sha256`",
    params: { hint: 'write secret: "…", or its digest: printf %s "$KEY" | sha256sum' },
  });

export const keys = z
  .array(key)
  .prefault([])
  .describe(
    "Keys with a name and limits of their own. With any of them a key is asked for, unless authentication.enabled is false.",
  );

export const defaultLimits = z
  .strictObject(callerLimits)
  .describe("Limits of each key that sets none itself; without authentication, of each client address.");

const bound = z.int().nonnegative().default(0);

export const limits = z
  .strictObject({
    messages: bound.describe(
      "The most messages, or input items, of one request; one with more gets 400. 0 for no limit.",
    ),
    stream_seconds: seconds
      .default(0)
      .describe("Seconds after which a stream is ended with an error; 0 for no limit."),
    stream_bytes: bound.describe(
      "The most bytes of a stream; a longer one is ended with an error. 0 for no limit.",
    ),
  })
  .describe("Bounds of each request, whoever sends it.");

export type KeyConfig = z.output<typeof key>;
export type CallerLimitsConfig = z.output<typeof defaultLimits>;
/** What the configuration says of keys, in all its places. */
export interface KeySections {
  readonly authentication: {
    readonly enabled?: boolean | undefined;
    readonly valid_api_keys: readonly Secret[];
  };
  readonly keys: readonly KeyConfig[];
  readonly default_limits: CallerLimitsConfig;
}

export type EndpointName = (typeof endpointNames)[number];
