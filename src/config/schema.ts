/** What the operator may write, with every default and unit, here and only here. Knows nothing of files or the environment. */
import { z } from "zod";
import { findUrlProblem } from "./backend-url.ts";
import { findKeyProblems } from "./check-keys.ts";
import { findRouteProblems } from "./check-routes.ts";
import { mendIds } from "./mend-ids.ts";
import { health } from "./schema-health.ts";
import { images } from "./schema-images.ts";
import { defaultLimits, keys, limits } from "./schema-keys.ts";
import { model, modelName, target } from "./schema-models.ts";
import { queue } from "./schema-queue.ts";
import { admin, routes, routing } from "./schema-routing.ts";
import { wake } from "./schema-wake.ts";
import { authentication, logging, request, responses, server, stream } from "./schema-service.ts";
import { state } from "./schema-state.ts";
import { seconds, secret } from "./schema-values.ts";

const isAuthorization = (name: string): boolean => name.toLowerCase() === "authorization";

export { simulatorUrl } from "./backend-url.ts";

/** The backend kinds that have a dialect; `lmstudio` is the default. */
export const backendTypes = ["lmstudio", "llama-server", "ollama", "vllm", "openai"] as const;

const backendUrl = z
  .string()
  .check((context) => {
    const problem = findUrlProblem(context.value);
    if (problem === undefined) return;
    const { expected, ...params } = problem;
    context.issues.push({ code: "custom", input: context.value, message: expected, params });
  })
  .describe('Where the backend listens, with or without /v1; "simulator:" is the built-in simulator.');

const backend = z
  .strictObject({
    url: backendUrl,
    type: z
      .enum([...backendTypes, "auto"])
      .default("lmstudio")
      .describe('Which server it is; "auto" finds out by asking it.'),
    timeout: seconds
      .optional()
      .describe("Seconds to wait for the first byte of an answer; default: request.default_timeout."),
    api_key: secret
      .optional()
      .describe("The backend's own key, sent as a Bearer token. The client's key never is."),
    headers: z
      .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "an HTTP header name"), secret)
      .prefault({})
      .describe("Headers sent with each request, such as Cloudflare Access service tokens."),
    weight: z.number().positive().default(1).describe("Its strength relative to the other backends."),
    max_concurrency: z
      .int()
      .min(1)
      .optional()
      .describe(
        "Requests that it works on at once; more wait in the proxy's queue. Default: what LM Studio or llama-server tells, 1 for an unknown of these or Ollama, 64 for vLLM, no limit for openai.",
      ),
    one_model_at_a_time: z
      .boolean()
      .default(false)
      .describe(
        "Whether loading a model pushes out the one in use: then requests for the loaded model go first, within queue.model_patience.",
      ),
    preload: z
      .array(modelName)
      .default([])
      .describe("Models to load at the start, by the names that the backend has."),
    keep_warm: seconds
      .default(0)
      .describe(
        "Seconds between two looks at whether the preloaded models are still loaded; 0 looks at the start only.",
      ),
    load_first: z
      .boolean()
      .default(true)
      .describe(
        "Whether requests for a model that is not loaded wait together for one load, and streams tell its progress; the box's TTL and eviction hold as they do for any request.",
      ),
    wake: wake.optional().describe("How to wake the box when a request comes while it is down."),
    responses: z
      .enum(["auto", "native", "translated"])
      .default("auto")
      .describe(
        'Who serves /v1/responses: the backend itself ("native"), or its chat completions with the proxy keeping the responses ("translated"); "auto" decides by what the backend does well.',
      ),
    disabled_mends: z
      .array(z.enum(mendIds))
      .default([])
      .describe("Names of mends that this backend does not need; x-proxy-mends tells which ones ran."),
  })
  .refine(({ api_key, headers }) => api_key === undefined || !Object.keys(headers).some(isAuthorization), {
    path: ["headers"],
    error: "no Authorization header next to `api_key`, which is sent as one",
    params: { hint: "keep one of the two" },
  });

const sections = z.strictObject({
  $schema: z.string().optional().describe("For editors: where this file's JSON Schema is."),
  server: server.prefault({}),
  backends: z
    .record(z.string().min(1), backend)
    .refine((value) => Object.keys(value).length > 0, {
      error: "at least one backend",
      params: { hint: 'write { "primary": { "url": "http://10.50.10.14:1234" } }, or remove `backends`' },
    })
    .prefault({ local: { url: "http://localhost:1234" } })
    .describe("The boxes that run the models, by a name of your choice."),
  model_mapping: z
    .record(modelName, target)
    .default({})
    .describe('The name an app asks for to the name a backend has; "*" in a name matches anything.'),
  model_options: z
    .record(modelName, model)
    .default({})
    .describe('Options of models by the names that the backends have; "*" in a name matches anything.'),
  fallbacks: z
    .record(modelName, z.array(modelName).min(1))
    .default({})
    .describe(
      'Names to try in order where the model of an asked name cannot be had; "*" in a name matches anything.',
    ),
  default_model: target.optional().describe("Serves every name that model_mapping does not know."),
  unknown_model: z
    .enum(["auto", "reject", "passthrough"])
    .optional()
    .describe(
      'A name that nothing knows: "auto" takes the model that is loaded (the default without model_mapping), "reject" answers model_not_found (the default with it), "passthrough" lets the backend decide.',
    ),
  unknown_model_status: z
    .union([z.literal(400), z.literal(404)])
    .default(400)
    .describe("The HTTP status of model_not_found."),
  authentication: authentication.prefault({}),
  keys,
  default_limits: defaultLimits.prefault({}),
  limits: limits.prefault({}),
  request: request.prefault({}),
  stream: stream.prefault({}),
  responses: responses.prefault({}),
  images: images.prefault({}),
  health: health.prefault({}),
  queue: queue.prefault({}),
  routing: routing.prefault({}),
  routes: routes
    .default([])
    .describe("Which backends take what; the first entry that matches counts, all backends without one."),
  admin: admin.prefault({}),
  state: state.prefault({}),
  logging: logging.prefault({}),
});

/** The whole configuration file. */
export const configSchema = sections.check((context) => {
  const problems = [...findKeyProblems(context.value), ...findRouteProblems(context.value)];
  for (const { path, expected, hint } of problems) {
    const input = context.value;
    context.issues.push({ code: "custom", input, path: [...path], message: expected, params: { hint } });
  }
});

/** What an operator writes. */
export type ConfigInput = z.input<typeof configSchema>;
/** The same with every default filled in and every secret wrapped. */
export type Config = z.output<typeof configSchema>;
export type WakeConfig = z.output<typeof wake>;
export type RouteConfig = z.output<typeof routes>[number];
export type BackendConfig = z.output<typeof backend>;
export type BackendType = (typeof backendTypes)[number];
export type ModelConfig = z.output<typeof model>;
export type TargetConfig = z.output<typeof target>;
