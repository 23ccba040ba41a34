/** A whole answer as the chunks of a stream, for backends that answer in one piece although a stream was asked for. Pure. */
import type { JsonObject } from "./fields.ts";
import { changeList, objectsIn } from "./parts.ts";
import { isJsonObject } from "./fields.ts";

/** The chunks of a chat or text completion: one with all that was said, one with the finish, one with the usage. */
export function toChunks(answer: JsonObject): readonly JsonObject[] {
  const { usage, choices: all, ...rest } = answer;
  const choices = objectsIn(all);
  const envelope =
    answer["object"] === "chat.completion" ? { ...rest, object: "chat.completion.chunk" } : rest;
  const said = choices.map(({ message, finish_reason: _later, ...choice }) => ({
    ...choice,
    ...(isJsonObject(message) ? { delta: withIndexes(message) } : {}),
    finish_reason: null,
  }));
  const ends = choices.map((choice, place) => ({
    index: choice["index"] ?? place,
    ...("message" in choice ? { delta: {} } : { text: "" }),
    logprobs: null,
    finish_reason: choice["finish_reason"] ?? "stop",
  }));
  return [
    { ...envelope, choices: said },
    { ...envelope, choices: ends },
    ...(isJsonObject(usage) ? [{ ...envelope, choices: [], usage }] : []),
  ];
}

/** In a whole message the calls' places count; in a delta they are said. */
function withIndexes(message: JsonObject): JsonObject {
  return changeList(message, "tool_calls", (call, index) => ({ index, ...call })) ?? message;
}
