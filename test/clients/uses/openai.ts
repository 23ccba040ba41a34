/** The newest `openai` for JavaScript. */
import OpenAI from "openai";
import { VERSION } from "openai/version";
import type { Client, Place } from "../client.ts";
import { azureUses } from "./openai/azure.ts";
import { chatUses } from "./openai/chat.ts";
import { embeddingUses } from "./openai/embeddings.ts";
import { errorUses } from "./openai/errors.ts";
import { completionUses, modelUses } from "./openai/models.ts";
import { responseUses, storedUses } from "./openai/responses.ts";
import { streamUses } from "./openai/streams.ts";
import { structuredUses } from "./openai/structured.ts";
import { toolUses } from "./openai/tools.ts";
import { connectUses } from "./subject.ts";

function connect({ baseURL, apiKey }: Place): OpenAI {
  return new OpenAI({ baseURL, apiKey, maxRetries: 0 });
}

/** Without retries: each request is one. */
export const openaiNewest: Client = {
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
    connect,
  ),
};

/** Its Responses API, counted for itself: another door with another shape. */
export const openaiResponses: Client = {
  name: `openai ${VERSION} by responses`,
  uses: connectUses({ ...responseUses, ...storedUses }, connect),
};

/** Its client for Azure. */
export const openaiAzure: Client = { name: `openai ${VERSION} for Azure`, uses: azureUses };
