/** The section `images` of the configuration: whether, whence and how much the proxy fetches for a chat. */
import { z } from "zod";
import { imageHost } from "./image-host.ts";
import { seconds } from "./schema-values.ts";

/** Off unless the operator turns it on: who may send a chat may then have the proxy fetch. */
export const images = z.strictObject({
  fetch: z
    .boolean()
    .default(false)
    .describe(
      "Whether the proxy fetches images that a chat names by http or https, for backends that take only the image itself.",
    ),
  max_bytes: z
    .int()
    .positive()
    .default(20 * 1024 * 1024)
    .describe("The largest image that is fetched, in bytes."),
  timeout: seconds
    .default(10)
    .describe("Seconds that fetching all images of one request may take; 0 waits for ever."),
  allowed_hosts: z
    .array(imageHost("*.", "a host, such as images.example.com or *.example.com"))
    .optional()
    .describe(
      'The only hosts to fetch from, with the port where it is not 80 or 443; "*." stands for every host below a name. Default: every public one.',
    ),
  internal_hosts: z
    .array(imageHost("", "one host, such as images.lan or 10.0.0.5:9000"))
    .default([])
    .describe(
      "Hosts of your own network to fetch from too, with the port where it is not 80 or 443. Any client can then have each image there looked at.",
    ),
});
