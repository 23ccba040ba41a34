/** Every client library of the matrix. */
import type { Client } from "./client.ts";
import { aiSdkChat, aiSdkResponses } from "./uses/ai-sdk.ts";
import { aiSdkCompatible } from "./uses/ai-sdk-compatible.ts";
import { anthropicNewest } from "./uses/anthropic.ts";
import { langchain } from "./uses/langchain.ts";
import { langchainAzure } from "./uses/langchain-azure.ts";
import { openaiAgentsByChat, openaiAgentsByResponses } from "./uses/openai-agents.ts";
import { openaiThree } from "./uses/openai-v3.ts";
import { openaiFour } from "./uses/openai-v4.ts";
import { openaiAzure, openaiNewest, openaiResponses } from "./uses/openai.ts";
import { pythonLangchain } from "./uses/python-langchain.ts";
import { pythonOpenai } from "./uses/python-openai.ts";

export const clients: readonly Client[] = [
  openaiNewest,
  openaiResponses,
  openaiAzure,
  openaiFour,
  openaiThree,
  openaiAgentsByChat,
  openaiAgentsByResponses,
  aiSdkChat,
  aiSdkResponses,
  aiSdkCompatible,
  langchain,
  langchainAzure,
  anthropicNewest,
  pythonOpenai,
  pythonLangchain,
];
