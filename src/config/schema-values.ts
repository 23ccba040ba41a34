/** Values that several sections of the configuration have. */
import { z } from "zod";
import { Secret } from "./secret.ts";

/** A description of one begins with "Seconds", by which an error message knows the unit. */
export const seconds = z.number().nonnegative().max(86_400);

export const secret = z
  .string()
  .min(1)
  // A key read from a file often ends with a line break, which no HTTP header can carry.
  .refine((value) => /^[\x21-\x7e\x80-\xff](?:[\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/.test(value), {
    error: "a value that an HTTP header can carry",
    params: { hint: "remove line breaks, and spaces at either end" },
  })
  .transform((value) => new Secret(value));
