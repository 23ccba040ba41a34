/** The section `health`: how it is found out which backends answer. */
import { z } from "zod";
import { seconds } from "./schema-values.ts";

export const health = z.strictObject({
  interval: seconds
    .optional()
    .describe(
      "Seconds between two checks of a backend; 0 turns them off. Default: 10 with several backends, off with one.",
    ),
  unhealthy_after: z
    .int()
    .min(1)
    .default(2)
    .describe("Failed checks in a row after which a backend is down; requests that wait for it move on."),
});
