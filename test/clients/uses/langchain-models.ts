/** The chat models of one place as LangChain makes them. Knows no use. */
import { ChatOpenAI, type ChatOpenAIFields } from "@langchain/openai";
import type { Place, Use } from "../client.ts";
import type { ChatUse, MakeModel } from "./langchain-chat.ts";

/** The library keeps its version to itself. */
export const version = "1.6.0";

/** The name of the model for a role; `unknown` is nobody's. */
export function nameOf(place: Place, role: Parameters<MakeModel>[0]): string {
  return { chat: place.chatModel, reasoning: place.reasoningModel, unknown: "nobody" }[role];
}

/** Where every class of the library but Azure's is pointed; it tries once. */
export function settingsOf({ apiKey, baseURL }: Place) {
  return { apiKey, maxRetries: 0, configuration: { baseURL } };
}

/** Makes `ChatOpenAI` for a place. */
export function makerOf(place: Place, fields: ChatOpenAIFields = {}): MakeModel {
  return (role, settings) => {
    const common = settingsOf(place);
    const configuration = { ...common.configuration, ...settings?.configuration };
    return new ChatOpenAI({ ...common, model: nameOf(place, role), ...fields, ...settings, configuration });
  };
}

/** The uses with models that are made for each place. */
export function bindUses(
  uses: Readonly<Record<string, ChatUse>>,
  maker: (place: Place) => MakeModel,
): Record<string, Use> {
  return Object.fromEntries(
    Object.entries(uses).map(([name, use]) => [name, (place: Place) => use(maker(place), place)]),
  );
}
