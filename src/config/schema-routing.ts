/** The sections `routing`, `routes` and `admin`: which backends take what. */
import { z } from "zod";
import { seconds, secret } from "./schema-values.ts";

export const policyNames = [
  "in_order",
  "round_robin",
  "least_connections",
  "weighted",
  "health_based",
  "least_latency",
  "prefix_affinity",
] as const;

const policy = z.enum(policyNames);

export const routing = z.strictObject({
  policy: policy
    .default("least_connections")
    .describe("How one of several backends is chosen among those that have the model and are well."),
  hedge_embeddings: seconds
    .default(0)
    .describe(
      "Seconds after which embeddings that are not there are asked for once more on another backend that has a place; the first answer counts. 0 never does.",
    ),
});

const names = z.array(z.string().min(1)).min(1).optional();

export const routes = z.array(
  z.strictObject({
    aliases: names.describe('Names that clients ask for; "*" in a name matches anything. Default: all.'),
    endpoints: z
      .array(z.enum(["chat", "completions", "embeddings", "responses", "messages"]))
      .min(1)
      .optional()
      .describe("Default: all."),
    keys: names.describe("Names of keys, such as key-1. Default: all."),
    backends: z.array(z.string().min(1)).min(1).describe("The backends that may take what matches."),
    policy: policy.optional().describe("Default: routing.policy."),
  }),
);

export const admin = z.strictObject({
  key: secret
    .optional()
    .describe(
      "Lets its holder drain and undrain backends by POST /admin/backends/NAME/drain; without it nobody can.",
    ),
});
