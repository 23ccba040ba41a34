/** What the operator may write, with every default and unit, here and only here. Knows nothing of files or the environment. */
import { z } from "zod";
import { findUrlProblem } from "./backend-url.ts";
import { mendIds } from "./mend-ids.ts";
import { Secret } from "./secret.ts";

const isAuthorization = (name: string): boolean => name.toLowerCase() === "authorization";

export { simulatorUrl } from "./backend-url.ts";

/** A description of one begins with "Seconds", by which an error message knows the unit. */
const seconds = z.number().nonnegative().max(86_400);

const secret = z
  .string()
  .min(1)
  // A key read from a file often ends with a line break, which no HTTP header can carry.
  .refine((value) => /^[\x21-\x7e\x80-\xff](?:[\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/.test(value), {
    error: "a value that an HTTP header can carry",
    params: { hint: "remove line breaks, and spaces at either end" },
  })
  .transform((value) => new Secret(value));

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

const modelName = z.string().min(1);

const targetByKind = z
  .strictObject({
    chat: modelName.optional().describe("For chat, completions and responses."),
    embeddings: modelName.optional().describe("For embeddings."),
  })
  .refine((value) => value.chat !== undefined || value.embeddings !== undefined, {
    error: "a model name under `chat`, `embeddings` or both",
    params: { hint: 'write { "chat": "…", "embeddings": "…" } or one plain name for both' },
  });

const target = z.union([modelName, targetByKind]);

const model = z.strictObject({
  reasoning: z
    .enum(["separate", "inline", "drop"])
    .optional()
    .describe(
      "Where its reasoning goes: into reasoning_content (the default), into the content as <think>, or nowhere.",
    ),
  merge_system: z
    .boolean()
    .optional()
    .describe(
      "Joins system messages into a first one, and neighbours of one role, for strict chat templates.",
    ),
  context_length: z
    .int()
    .positive()
    .optional()
    .describe("Tokens that its prompt and answer may have, where the backend does not tell."),
  embedding_batch: z
    .int()
    .positive()
    .optional()
    .describe("The most inputs of one embeddings request; more are sent in parts. Default: 512."),
});

const server = z.strictObject({
  host: z
    .string()
    .min(1)
    .refine((value) => /^(?:[^\s:/[\]]+|[^\s/[\]]*:[^\s/[\]]*:[^\s/[\]]*)$/.test(value), {
      error: "a host name or an address, without http:// and without a port",
      params: { hint: "the port has a key of its own, `server.port`" },
    })
    .default("127.0.0.1")
    .describe("The address to listen on; 0.0.0.0 for every one."),
  port: z.int().min(0).max(65_535).default(8080).describe("The port to listen on; 0 picks a free one."),
  cors_origins: z
    .array(z.string().min(1))
    .default(["*"])
    .describe('Origins whose browser apps may call the proxy; "*" is every origin, [] none.'),
  drain_timeout: seconds.default(30).describe("Seconds that running answers have to finish after SIGTERM."),
});

const authentication = z
  .strictObject({
    enabled: z.boolean().default(false).describe("Whether a client has to send a key."),
    valid_api_keys: z.array(secret).prefault([]).describe("The keys that are let in."),
  })
  .refine((value) => !value.enabled || value.valid_api_keys.length > 0, {
    path: ["valid_api_keys"],
    error: "at least one key, because authentication.enabled is true",
    params: { hint: 'write valid_api_keys: ["…"], or enabled: false to let everyone in' },
  });

const request = z.strictObject({
  max_content_length: z
    .int()
    .positive()
    .default(64 * 1024 * 1024)
    .describe("The largest request body, in bytes; a larger one gets 413."),
  default_timeout: seconds
    .default(300)
    .describe(
      "Seconds to wait for the first byte of an answer where the backend sets no timeout; 0 waits for ever.",
    ),
  max_retries: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe("How often a connection that failed before anything was sent is tried again."),
});

const stream = z.strictObject({
  heartbeat: seconds
    .default(15)
    .describe(
      "Seconds of silence after which a stream gets an SSE comment to keep the line open; 0 turns it off.",
    ),
  idle_timeout: seconds
    .default(300)
    .describe(
      "Seconds of silence from the backend after its first byte before an answer is given up; 0 waits for ever.",
    ),
});

const responses = z.strictObject({
  lifetime: z
    .number()
    .nonnegative()
    .max(30 * 86_400)
    .default(86_400)
    .describe(
      "Seconds for which a response can be gone on from and read; each use counts anew, 0 keeps none.",
    ),
});

/** Lower-case on the inside; the operator may write INFO. */
export const logLevels = ["debug", "info", "warn", "error"] as const;

const writtenLogLevels = [...logLevels, "warning"].flatMap((level) => [level, level.toUpperCase()]);

const logging = z.strictObject({
  level: z
    .string()
    // Only for editors: what is accepted is decided after the transform.
    .meta({ enum: writtenLogLevels })
    .transform((value) => value.toLowerCase().replace(/^warning$/, "warn"))
    .pipe(z.enum(logLevels))
    .prefault("info")
    .describe("The least important event that is written; upper or lower case."),
  format: z
    .enum(["text", "json"])
    .default("text")
    .describe("One readable line, or one JSON object, an event."),
  include_request_body: z
    .boolean()
    .default(false)
    .describe("Writes request bodies to the log, cut at 16 KiB."),
  include_response_body: z
    .boolean()
    .default(false)
    .describe("Writes response bodies to the log, cut at 16 KiB."),
});

/** The whole configuration file. */
export const configSchema = z.strictObject({
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
  request: request.prefault({}),
  stream: stream.prefault({}),
  responses: responses.prefault({}),
  logging: logging.prefault({}),
});

/** What an operator writes. */
export type ConfigInput = z.input<typeof configSchema>;
/** The same with every default filled in and every secret wrapped. */
export type Config = z.output<typeof configSchema>;
export type BackendConfig = z.output<typeof backend>;
export type BackendType = (typeof backendTypes)[number];
export type ModelConfig = z.output<typeof model>;
export type TargetConfig = z.output<typeof target>;
