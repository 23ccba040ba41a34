/** The section `queue`: how requests wait for a place on a backend. */
import { z } from "zod";
import { seconds } from "./schema-values.ts";

export const queue = z.strictObject({
  max_size: z
    .int()
    .min(0)
    .default(200)
    .describe("Requests that may wait for the same backends; one more gets 429 with retry-after."),
  max_wait: seconds
    .default(300)
    .describe("Seconds that a request waits for a place; then it gets 503 with retry-after."),
  model_patience: seconds
    .default(40)
    .describe(
      "Seconds for which requests of the loaded model go first on a box with one_model_at_a_time, while others wait.",
    ),
});
