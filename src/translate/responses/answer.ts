/** A whole chat completion as a Response: what a stream of one chunk would have ended with. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { objectsIn } from "../../protocol/openai/parts.ts";
import { createResponseEvents } from "./events.ts";
import { formatResponse, notEnded, type ResponseFacts } from "../../protocol/openai/response-object.ts";

/** The Response object for a chat completion; `asked` is the Responses request. */
export function toResponse(chat: JsonObject, asked: JsonObject, facts: ResponseFacts): JsonObject {
  const events = createResponseEvents(asked, facts);
  events.chunk(toChunk(chat));
  const response = events.end().at(-1)?.["response"];
  return isJsonObject(response) ? response : formatResponse(asked, facts, notEnded);
}

function toChunk(chat: JsonObject): JsonObject {
  const choices = objectsIn(chat["choices"]).map(({ message, ...choice }) => ({
    ...choice,
    delta: withPlainCalls(message),
    // A whole answer has ended, even if its backend forgets to say how.
    finish_reason: choice["finish_reason"] ?? "stop",
  }));
  return { ...chat, choices };
}

/** In a whole message the calls' places count; an index there means nothing. */
function withPlainCalls(message: unknown): unknown {
  if (!isJsonObject(message) || !Array.isArray(message["tool_calls"])) return message;
  const calls = objectsIn(message["tool_calls"]).map((call, index) => ({ ...call, index }));
  return { ...message, tool_calls: calls };
}
