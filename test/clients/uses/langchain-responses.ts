/** LangChain for JavaScript by the Responses endpoint. */
import type { Use } from "../client.ts";
import { chatUses } from "./langchain-chat.ts";
import { bindUses, makerOf } from "./langchain-models.ts";

const left = new Set([
  // The library itself leaves `tool_choice` out here when it is a word.
  "any tool, required",
]);

/** The uses of the chat model that the library can have there, each named with its endpoint. */
export const responsesUses: Record<string, Use> = bindUses(
  Object.fromEntries(
    Object.entries(chatUses)
      .filter(([name]) => !left.has(name))
      .map(([name, use]) => [`${name}, by responses`, use]),
  ),
  (place) => makerOf(place, { useResponsesApi: true }),
);
