/** What may be written of the state that several replicas share. */
import { z } from "zod";
import { findRedisUrlProblem } from "./redis-url.ts";
import { Secret } from "./secret.ts";
import { seconds } from "./schema-values.ts";

const redisUrl = z
  .string()
  .check((context) => {
    // What an unset variable leaves; it means that there is none.
    const problem = context.value === "" ? undefined : findRedisUrlProblem(context.value);
    if (problem === undefined) return;
    const { expected, hint } = problem;
    context.issues.push({ code: "custom", input: context.value, message: expected, params: { hint } });
  })
  // It may hold a password.
  .transform((value) => (value === "" ? undefined : new Secret(value)));

export const state = z.strictObject({
  url: redisUrl
    .optional()
    .describe(
      "The Redis that several replicas share, redis:// or rediss://; without it each has its own memory.",
    ),
  prefix: z
    .string()
    .regex(/^[\w.-]+$/, "letters, digits, - _ and .")
    .default("olp")
    .describe("Begins the name of each of this service's keys in Redis."),
  command_timeout: seconds
    .min(0.01)
    .default(1)
    .describe(
      "Seconds that an operation waits for what is shared before this replica goes on by its own memory.",
    ),
  lease_lifetime: seconds
    .min(1)
    .default(15)
    .describe("Seconds after which the places that a dead replica held are free again."),
});
