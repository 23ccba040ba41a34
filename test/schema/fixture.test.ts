/** The cut of OpenAI's schema is whole, and each allowance is needed: without it the schema would object. */
import { expect, it } from "vitest";
import type { JsonObject } from "../../src/protocol/openai/fields.ts";
import { allAgainstSchema, checkAgainstSchema } from "./against-schema.ts";
import * as openai from "./openai-objects.ts";
import { type Checked, findKnown, knownDeviations } from "./known-deviations.ts";
import { compile, fixture, follow, schemaOf } from "./openai-schema.ts";

const names = Object.keys(fixture.components.schemas);
const text = JSON.stringify(fixture);
const references = [
  ...new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? "")),
];

it("has what every reference names", () => {
  expect(references.length).toBeGreaterThan(200);
  for (const reference of references) expect(follow(reference)).toBeTypeOf("object");
});

it("has nothing that no reference names but the roots", () => {
  const named = new Set(references.map((reference) => reference.split("/").at(-1)));
  expect(names.filter((name) => !named.has(name))).toEqual([
    "CreateChatCompletionResponse",
    "CreateChatCompletionStreamResponse",
    "CreateCompletionResponse",
    "CreateEmbeddingResponse",
    "ErrorResponse",
    "ListModelsResponse",
    "ResponseItemList",
    "ResponseStreamEvent",
  ]);
});

it("is a valid schema in each of its parts", () => {
  expect(names.length).toBeGreaterThan(300);
  for (const name of names) expect(() => compile(schemaOf(name))).not.toThrow();
});

it("has no words that OpenAPI alone knows", () => {
  expect(text.match(/"nullable":true|"\$recursive|"x-[a-z]|"discriminator":\{/)).toBeNull();
});

const usage = {
  input_tokens: 1,
  output_tokens: 1,
  total_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
};
const { user: _user, ...response } = openai.response({
  usage: { ...usage, input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 } },
});
const event = (body: JsonObject) => ({
  type: "response.created",
  sequence_number: 0,
  response: { ...response, ...body },
});
const errorEvent = { type: "error", code: null, message: "No.", param: null, sequence_number: 0 };

/** For each allowance, what it allows. */
const allowed: Readonly<Record<string, readonly [Checked, unknown]>> = {
  "embedding-base64": ["embeddings", openai.embeddings("AACAPw==")],
  "completion-chunk-without-finish": ["completion chunk", openai.completionChunk("a")],
  "completion-chunk-usage-null": ["completion chunk", openai.completionChunk("", "stop", { usage: null })],
  "response-cache-write-tokens": [
    "response",
    { ...response, usage: { ...usage, input_tokens_details: { cached_tokens: 0 } } },
  ],
  "response-store": ["response", { ...response, store: true }],
  "response-user-null": ["response", { ...response, user: null }],
  "response-usage-null": ["response event", event({ usage: null })],
  "reasoning-content": ["chat chunk", openai.chatChunk({ reasoning_content: "Hm." })],
  "estimated-usage": [
    "completion",
    openai.completion(
      {},
      { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, x_estimated: true } },
    ),
  ],
  "error-event-object": ["response event", { ...errorEvent, ...openai.error() }],
};

it.for(knownDeviations)("needs the allowance $name, and allows no more by it", ({ name }) => {
  const [checked, data] = allowed[name] ?? [];
  if (checked === undefined) throw new Error("this allowance has no example");
  const found = allAgainstSchema(checked, data);
  expect([...new Set(found.map((deviation) => findKnown(checked, deviation)?.name))]).toEqual([name]);
  expect(checkAgainstSchema(checked, data)).toEqual([]);
});
