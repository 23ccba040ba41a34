/** What a later request that names a response as its previous one goes on from. Must not know where it is kept. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { toMessages } from "./input.ts";

/**
 * The chat messages up to and with this response: those before it, its input, its output. Its instructions are left
 * out, since OpenAI has each request bring its own.
 */
export function toHistory(
  asked: JsonObject,
  previousHistory: readonly JsonObject[],
  response: JsonObject,
): readonly JsonObject[] {
  const output = Array.isArray(response["output"]) ? response["output"].filter(isUsable) : [];
  return [...previousHistory, ...toMessages(asked["input"]), ...toMessages(output)];
}

/** An unfinished call cannot be answered, and its arguments are no JSON. */
function isUsable(item: unknown): boolean {
  return isJsonObject(item) && !(item["type"] === "function_call" && item["status"] !== "completed");
}
