/** How a backend that sleeps is woken. */
import { z } from "zod";
import { findUrlProblem } from "./backend-url.ts";
import { seconds } from "./schema-values.ts";

export const wake = z
  .strictObject({
    mac: z
      .string()
      .regex(/^[0-9a-fA-F]{2}([:-])(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}$/, "six pairs of hexadecimal digits")
      .optional()
      .describe(
        "The network card's address, for a Wake-on-LAN packet; not on Workers, which cannot send one.",
      ),
    address: z
      .string()
      .min(1)
      .default("255.255.255.255")
      .describe("The broadcast address that the packet goes to, such as 10.50.10.255."),
    port: z.int().min(1).max(65_535).default(9).describe("The UDP port that the packet goes to."),
    hook: z
      .string()
      .check((context) => {
        const problem = findUrlProblem(context.value);
        if (problem !== undefined)
          context.issues.push({ code: "custom", input: context.value, message: problem.expected });
      })
      .optional()
      .describe("A URL that wakes the box when it is called by POST."),
    timeout: seconds.default(120).describe("Seconds that the box may take until it answers."),
  })
  .refine(({ mac, hook }) => (mac === undefined) !== (hook === undefined), {
    error: "either `mac` or `hook`",
    params: { hint: "a packet wakes the box by its network card, a hook by something else that can" },
  });
