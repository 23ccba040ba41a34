/** Embeddings: POST /v1/embeddings. */
import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { formatStreamError } from "./error-body.ts";
import { modelField, streamField } from "./fields.ts";

const embeddingsRequest = z.looseObject({
  model: modelField,
  input: z.union([
    z.string(),
    z.array(z.string()).min(1),
    z.array(z.int()).min(1),
    z.array(z.array(z.int()).min(1)).min(1),
  ]),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: z.int().min(1).nullish(),
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
