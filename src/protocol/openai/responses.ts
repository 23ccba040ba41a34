/** Responses: POST /v1/responses. The model's name sits in `response.model` of its events. */
import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { formatResponsesError } from "./error-body.ts";
import { integerField, isJsonObject, modelField, numberField, streamField } from "./fields.ts";

const responsesRequest = z.looseObject({
  model: modelField,
  input: z.union([z.string(), z.array(z.looseObject({}))]).nullish(),
  stream: streamField,
  temperature: numberField,
  top_p: numberField,
  max_output_tokens: integerField,
  tools: z.array(z.looseObject({})).nullish(),
});

const finalEvents: ReadonlySet<unknown> = new Set([
  "response.completed",
  "response.failed",
  "response.incomplete",
  "error",
]);

export const responsesEndpoint: Endpoint = {
  kind: "responses",
  path: "/responses",
  modelKind: "chat",
  request: responsesRequest,
  answerModelPath: ["model"],
  namesEvents: true,
  eventModelPath: ["response", "model"],
  isFinalEvent: (data) => isJsonObject(data) && finalEvents.has(data["type"]),
  formatStreamError: formatResponsesError,
};
