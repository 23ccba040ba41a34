/** `openai` 4 for JavaScript. */
import { OpenAI } from "openai-v4";
import { VERSION } from "openai-v4/version";
import type { Client } from "../client.ts";
import { chatUses } from "./openai-v4/chat.ts";
import { embeddingUses } from "./openai-v4/embeddings.ts";
import { errorUses } from "./openai-v4/errors.ts";
import { completionUses, modelUses } from "./openai-v4/models.ts";
import { streamUses } from "./openai-v4/streams.ts";
import { structuredUses } from "./openai-v4/structured.ts";
import { toolUses } from "./openai-v4/tools.ts";
import { connectUses } from "./subject.ts";

/** Without retries: each request is one. */
export const openaiFour: Client = {
  name: `openai ${VERSION}`,
  uses: connectUses(
    {
      ...chatUses,
      ...streamUses,
      ...toolUses,
      ...structuredUses,
      ...embeddingUses,
      ...modelUses,
      ...completionUses,
      ...errorUses,
    },
    ({ baseURL, apiKey }) => new OpenAI({ baseURL, apiKey, maxRetries: 0 }),
  ),
};
