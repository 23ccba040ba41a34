/** Chat completions: POST /v1/chat/completions. */
import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { formatStreamError } from "./error-body.ts";
import { generationFields, integerField, isJsonObject, objectField } from "./fields.ts";

const chatRequest = z.looseObject({
  ...generationFields,
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  max_completion_tokens: integerField,
  tools: z.array(z.looseObject({})).nullish(),
  response_format: objectField,
});

/** Whether a chunk's choices carry a finish reason; an empty one, which some servers send all along, is none. */
export function hasFinishReason(data: unknown): boolean {
  if (!isJsonObject(data) || !Array.isArray(data["choices"])) return false;
  return data["choices"].some(
    (choice: unknown) =>
      isJsonObject(choice) && typeof choice["finish_reason"] === "string" && choice["finish_reason"] !== "",
  );
}

export const chatEndpoint: Endpoint = {
  kind: "chat",
  path: "/chat/completions",
  modelKind: "chat",
  request: chatRequest,
  answerModelPath: ["model"],
  namesEvents: false,
  eventModelPath: ["model"],
  isFinalEvent: hasFinishReason,
  formatStreamError,
};
