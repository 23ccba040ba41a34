/** Embeddings: POST /v1/embeddings. */
import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { formatStreamError } from "./error-body.ts";
import { integerField, modelField, streamField } from "./fields.ts";

const embeddingsRequest = z.looseObject({
  model: modelField,
  input: z.union([z.string(), z.array(z.string()), z.array(z.int()), z.array(z.array(z.int()))]),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: integerField,
  stream: streamField,
});

export const embeddingsEndpoint: Endpoint = {
  kind: "embeddings",
  path: "/embeddings",
  modelKind: "embedding",
  request: embeddingsRequest,
  answerModelPath: ["model"],
  namesEvents: false,
  eventModelPath: ["model"],
  isFinalEvent: () => false,
  formatStreamError,
};
