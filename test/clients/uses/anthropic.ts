/** Anthropic's own SDK, pointed at the proxy as people do for coding agents. */
import Anthropic from "@anthropic-ai/sdk";
import { VERSION } from "@anthropic-ai/sdk/version";
import type { Client, Place } from "../client.ts";
import { whereServed } from "./anthropic/ask.ts";
import { errorUses, formUses, refusalUses } from "./anthropic/errors.ts";
import { messageUses } from "./anthropic/messages.ts";
import { toolUses } from "./anthropic/tools.ts";
import { connectUses } from "./subject.ts";

/** The SDK adds /v1 itself. */
function connect({ baseURL, apiKey }: Place): Anthropic {
  return new Anthropic({ baseURL: baseURL.replace(/\/v1$/, ""), apiKey, maxRetries: 0 });
}

/** Without retries: each request is one. */
export const anthropicNewest: Client = {
  name: `@anthropic-ai/sdk ${VERSION}`,
  uses: {
    ...whereServed(connectUses({ ...messageUses, ...toolUses, ...errorUses, ...formUses }, connect)),
    ...connectUses(refusalUses, connect),
  },
};
