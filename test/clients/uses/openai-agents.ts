/** `@openai/agents`: the same agents over chat completions and over the Responses API. */
import type { Client } from "../client.ts";
import { openByChat, openByResponses } from "./openai-agents/desk.ts";
import { runUses } from "./openai-agents/runs.ts";
import { storedUses } from "./openai-agents/stored.ts";
import { streamUses } from "./openai-agents/streams.ts";
import { connectUses } from "./subject.ts";

/** With `setOpenAIAPI("chat_completions")` people get the same, but for the whole process. */
export const openaiAgentsByChat: Client = {
  name: "@openai/agents 0.20.0 by chat",
  uses: connectUses({ ...runUses, ...streamUses }, openByChat),
};

/** The library's default. */
export const openaiAgentsByResponses: Client = {
  name: "@openai/agents 0.20.0 by responses",
  uses: connectUses({ ...runUses, ...streamUses, ...storedUses }, openByResponses),
};
