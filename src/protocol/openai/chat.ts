/** Chat completions: POST /v1/chat/completions. */
import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { formatStreamError } from "./error-body.ts";
import {
  integerField,
  isJsonObject,
  modelField,
  numberField,
  objectField,
  stopField,
  streamField,
} from "./fields.ts";

const chatRequest = z.looseObject({
  model: modelField,
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  stream: streamField,
  stream_options: objectField,
  temperature: numberField,
  top_p: numberField,
  presence_penalty: numberField,
  frequency_penalty: numberField,
  n: integerField,
  seed: integerField,
  max_tokens: integerField,
  max_completion_tokens: integerField,
  stop: stopField,
  tools: z.array(z.looseObject({})).nullish(),
  response_format: objectField,
});

/** Whether a chunk's choices carry a finish reason. */
export function hasFinishReason(data: unknown): boolean {
  if (!isJsonObject(data) || !Array.isArray(data["choices"])) return false;
  return data["choices"].some(
    (choice: unknown) => isJsonObject(choice) && typeof choice["finish_reason"] === "string",
  );
}

export const chatEndpoint: Endpoint = {
  kind: "chat",
  path: "/chat/completions",
  modelKind: "chat",
  request: chatRequest,
  answerModelPath: ["model"],
  eventModelPath: ["model"],
  isFinalEvent: hasFinishReason,
  formatStreamError,
};
