/** The check of answers finds what local servers send otherwise than OpenAI in completions, embeddings, models and responses. */
import { expect, it } from "vitest";
import type { Recorded } from "../clients/places.ts";
import { findDeviations } from "./deviations.ts";
import { answered, got } from "./exchanges.ts";
import { completion, embeddings, message, model, response, without } from "./openai-objects.ts";

const cases: readonly (readonly [string, Recorded, string])[] = [
  [
    "a completion with the chat's logprobs",
    answered("/v1/completions", {}, completion({ logprobs: { content: [] } })),
    "/choices/0/logprobs/content is unknown to the schema",
  ],
  [
    "a completion without logprobs",
    answered(
      "/v1/completions",
      {},
      { ...completion(), choices: [{ text: "", index: 0, finish_reason: "stop" }] },
    ),
    "/choices/0/logprobs is missing",
  ],
  [
    "a whole completion without a finish",
    answered("/v1/completions", {}, completion({ finish_reason: null })),
    "/choices/0/finish_reason must be one of",
  ],
  [
    "floats for base64",
    answered("/v1/embeddings", { input: "a", encoding_format: "base64" }, embeddings([1])),
    "/data/0/embedding is not in the format that was asked for, base64",
  ],
  [
    "base64 for floats",
    answered("/v1/embeddings", { input: "a" }, embeddings("AACAPw==")),
    "/data/0/embedding is not in the format that was asked for, float",
  ],
  [
    "more dimensions than asked for",
    answered("/v1/embeddings", { input: "a", dimensions: 1 }, embeddings([1, 2])),
    "/data/0/embedding has 2 dimensions",
  ],
  [
    "a vector too few",
    answered("/v1/embeddings", { input: ["a", "b"] }, embeddings([1])),
    "/data has 1 vectors for 2 inputs",
  ],
  [
    "a model without a creation time",
    got("/v1/models", { object: "list", data: [without(model, "created")] }),
    "/data/0/created is missing",
  ],
  [
    "a model with a state",
    got("/v1/models/gpt-4o", { ...model, state: "loaded" }),
    "/state is unknown to the schema",
  ],
  ["a model twice", got("/v1/models", { object: "list", data: [model, model] }), "/data has gpt-4o twice"],
  [
    "a response without its tools",
    answered("/v1/responses", {}, without(response(), "tools")),
    "/tools is missing",
  ],
  [
    "a response's text without annotations",
    answered(
      "/v1/responses",
      {},
      response({
        output: [message({ content: [{ type: "output_text", text: "", logprobs: [] }] })],
      }),
    ),
    "/output/0/content/0/annotations is missing",
  ],
  [
    "an output item of no known type",
    answered("/v1/responses", {}, response({ output: [{ type: "thought" }] })),
    '/output/0/type is none of the known types: "thought"',
  ],
  [
    "an answer of an endpoint without schema",
    got("/v1/files", { data: [] }),
    "answer has no schema to be checked by",
  ],
];

it.for(cases)("finds %s", ([, recorded, deviation]) => {
  expect(findDeviations(recorded)).toContainEqual(expect.stringContaining(deviation));
});
