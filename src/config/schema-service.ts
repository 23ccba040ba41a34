/** What may be written of the service itself: where it listens, who is let in, how long it waits, what it keeps and logs. */
import { z } from "zod";
import { seconds, secret } from "./schema-values.ts";

export const server = z.strictObject({
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
  workers: z
    .union([z.int().min(1).max(1_024), z.literal("auto")])
    .default(1)
    .describe(
      'Processes that serve the port together; "auto" is one a core. What they share needs no Redis.',
    ),
  drain_timeout: seconds.default(30).describe("Seconds that running answers have to finish after SIGTERM."),
});

export const authentication = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe("Whether a client has to send a key. Default: true where `keys` has any, else false."),
  valid_api_keys: z
    .array(secret)
    .prefault([])
    .describe("The keys that are let in, in short: they may use everything. `keys` says more of each."),
});

export const request = z.strictObject({
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

export const stream = z.strictObject({
  heartbeat: seconds
    .default(15)
    .describe(
      "Seconds of silence after which a stream gets an SSE comment to keep the line open; 0 turns it off.",
    ),
  idle_timeout: seconds
    .default(300)
    .describe(
      "Seconds of silence from the backend after its first byte, or in which the client takes nothing, before an answer is given up; 0 waits for ever.",
    ),
});

export const responses = z.strictObject({
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

export const logging = z.strictObject({
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
