/** Anthropic's messages, which LM Studio and llama-server serve too: POST /v1/messages and /v1/messages/count_tokens. */
import { z } from "zod";
import type { ProxyError } from "../../errors.ts";
import type { Endpoint } from "../openai/endpoint.ts";
import { integerField, isJsonObject, modelField, numberField, streamField } from "../openai/fields.ts";

const messagesRequest = z.looseObject({
  model: modelField,
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  stream: streamField,
  max_tokens: integerField,
  temperature: numberField,
  top_p: numberField,
  tools: z.array(z.looseObject({})).nullish(),
});

/** Anthropic's streams name the model in `message_start` alone, and end with `message_stop`. */
export const messagesEndpoint: Endpoint = {
  kind: "messages",
  path: "/messages",
  modelKind: "chat",
  request: messagesRequest,
  answerModelPath: ["model"],
  namesEvents: true,
  eventModelPath: ["message", "model"],
  isFinalEvent: (data) => isJsonObject(data) && data["type"] === "message_stop",
  formatStreamError,
};

/** Counts the tokens of a request that is not sent. */
export const countTokensEndpoint: Endpoint = { ...messagesEndpoint, path: "/messages/count_tokens" };

/** Anthropic's error event, with the words that OpenAI's object has. */
function formatStreamError({ type, message, code, param }: ProxyError): { event: string; data: string } {
  return { event: "error", data: JSON.stringify({ type: "error", error: { type, message, code, param } }) };
}
