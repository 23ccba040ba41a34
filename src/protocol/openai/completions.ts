/** Legacy completions: POST /v1/completions. */
import { z } from "zod";
import { hasFinishReason } from "./chat.ts";
import type { Endpoint } from "./endpoint.ts";
import { formatStreamError } from "./error-body.ts";
import { generationFields, integerField } from "./fields.ts";

const completionRequest = z.looseObject({
  ...generationFields,
  prompt: z
    .union([
      z.string(),
      z.array(z.string()).min(1),
      z.array(z.int()).min(1),
      z.array(z.array(z.int()).min(1)).min(1),
    ])
    .nullish(),
  best_of: integerField,
});

export const completionsEndpoint: Endpoint = {
  kind: "completions",
  path: "/completions",
  modelKind: "chat",
  request: completionRequest,
  answerModelPath: ["model"],
  namesEvents: false,
  eventModelPath: ["model"],
  isFinalEvent: hasFinishReason,
  formatStreamError,
};
