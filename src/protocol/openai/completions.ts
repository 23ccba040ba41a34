/** Legacy completions: POST /v1/completions. */
import { z } from "zod";
import { hasFinishReason } from "./chat.ts";
import type { Endpoint } from "./endpoint.ts";
import { formatStreamError } from "./error-body.ts";
import { integerField, modelField, numberField, objectField, stopField, streamField } from "./fields.ts";

const completionRequest = z.looseObject({
  model: modelField,
  prompt: z.union([z.string(), z.array(z.string()), z.array(z.int()), z.array(z.array(z.int()))]).nullish(),
  stream: streamField,
  stream_options: objectField,
  temperature: numberField,
  top_p: numberField,
  presence_penalty: numberField,
  frequency_penalty: numberField,
  n: integerField,
  best_of: integerField,
  max_tokens: integerField,
  seed: integerField,
  stop: stopField,
});

export const completionsEndpoint: Endpoint = {
  kind: "completions",
  path: "/completions",
  modelKind: "chat",
  request: completionRequest,
  answerModelPath: ["model"],
  eventModelPath: ["model"],
  isFinalEvent: hasFinishReason,
  formatStreamError,
};
