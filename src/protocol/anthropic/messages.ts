/** Anthropic's messages, which LM Studio and llama-server serve too: POST /v1/messages and /v1/messages/count_tokens. */
import { z } from "zod";
import type { ProxyError } from "../../errors.ts";
import type { Endpoint } from "../openai/endpoint.ts";
import {
  integerField,
  isJsonObject,
  type JsonObject,
  modelField,
  numberField,
  streamField,
} from "../openai/fields.ts";

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

/** Anthropic's names of errors by the HTTP status. */
const typesByStatus: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};

/** Anthropic's error object, with OpenAI's `code` and `param` beside its own words. */
export function formatMessagesError({ status, message, code, param }: ProxyError): JsonObject {
  const type = typesByStatus[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  return { type: "error", error: { type, message, code, param } };
}

function formatStreamError(error: ProxyError): { event: string; data: string } {
  return { event: "error", data: JSON.stringify(formatMessagesError(error)) };
}
