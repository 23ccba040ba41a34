/** Requests to the model endpoints that a client of OpenAI may send, as data. Knows no answer. */
import type { JsonObject } from "../../src/protocol/openai/fields.ts";

/** What it is, where it goes, its body, and its headers besides. */
export type Ask = readonly [
  name: string,
  path: string,
  body: JsonObject | string | undefined,
  headers?: Readonly<Record<string, string>>,
];

export const chatPath = "/v1/chat/completions";
export const messages = [{ role: "user", content: "What is the weather in Paris?" }];
const parameters = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" } },
  required: ["city"],
  additionalProperties: false,
};
export const weather = { name: "get_weather", description: "The weather of a city.", parameters };
export const tools = [
  { type: "function", function: weather },
  { type: "function", function: { name: "get_time" } },
];
export const schema = { name: "city", strict: true, schema: parameters };
const named = { type: "function", function: { name: "get_weather" } };
const call = {
  id: "call_1",
  type: "function",
  function: { name: "get_weather", arguments: '{"city":"Paris"}' },
};
const history = [
  ...messages,
  { role: "assistant", content: null, tool_calls: [call] },
  { role: "tool", tool_call_id: "call_1", content: "Sunny." },
];
const legacyHistory = [
  ...messages,
  { role: "assistant", content: null, function_call: call.function },
  { role: "function", name: "get_weather", content: "Sunny." },
];
export const thinking = { model: "o3-mini" };

/** Chat bodies that are asked for both whole and streamed, with and without usage. */
const chats: Readonly<Record<string, JsonObject>> = {
  "plain text": {},
  reasoning: thinking,
  "two choices": { n: 2 },
  "two choices of reasoning": { n: 2, ...thinking },
  tools: { tools },
  "a required tool": { tools, tool_choice: "required" },
  "a named tool": { tools, tool_choice: named },
  "allowed tools": {
    tools,
    tool_choice: { type: "allowed_tools", allowed_tools: { mode: "required", tools: [named] } },
  },
  "no tool": { tools, tool_choice: "none" },
  "one tool call at most": { tools, tool_choice: "required", parallel_tool_calls: false },
  "tools of a reasoning model": { tools, tool_choice: "required", ...thinking },
  "tools in two choices": { tools, tool_choice: "required", n: 2 },
  "a tool's result": { tools, messages: history },
  "legacy functions": { functions: [weather] },
  "a named legacy function": { functions: [weather], function_call: { name: "get_weather" } },
  "a legacy function's result": { functions: [weather], messages: legacyHistory },
  "a JSON object": { response_format: { type: "json_object" } },
  "a JSON schema": { response_format: { type: "json_schema", json_schema: schema } },
  "a JSON schema of a reasoning model": {
    response_format: { type: "json_schema", json_schema: schema },
    ...thinking,
  },
  "a text format": { response_format: { type: "text" } },
  "log probabilities": { logprobs: true, top_logprobs: 2 },
  "few tokens": { max_tokens: 3 },
  "few tokens by the new name": { max_completion_tokens: 3, ...thinking },
  "few tokens for a call": { max_tokens: 3, tools, tool_choice: "required" },
  "stop words": { stop: ["simulated", ""] },
  "a developer's message": { messages: [{ role: "developer", content: "Be short." }, ...messages] },
  "parts of text": { messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }] },
  "fields of OpenAI alone": {
    store: true,
    metadata: { a: "b" },
    service_tier: "auto",
    user: "u",
    seed: 1,
    logit_bias: {},
  },
  nulls: { stop: null, tools: null, temperature: null, response_format: null },
  "another alphabet": { messages: [{ role: "user", content: "Grüße, 你好 🙂 \u2028" }] },
};

const chatAsks = Object.entries(chats).flatMap(([name, more]): readonly Ask[] => {
  const body = { model: "gpt-4o", messages, ...more };
  return [
    [`chat: ${name}`, chatPath, body],
    [`chat stream: ${name}`, chatPath, { ...body, stream: true }],
    [
      `chat stream with usage: ${name}`,
      chatPath,
      { ...body, stream: true, stream_options: { include_usage: true } },
    ],
  ];
});

const completions: Readonly<Record<string, JsonObject>> = {
  "plain text": {},
  "two choices": { n: 2 },
  "log probabilities": { logprobs: 2 },
  "few tokens": { max_tokens: 3 },
  echo: { echo: true },
};

const completionAsks = Object.entries(completions).flatMap(([name, more]): readonly Ask[] => {
  const body = { model: "gpt-4o", prompt: "Once upon a time", ...more };
  return [
    [`completion: ${name}`, "/v1/completions", body],
    [`completion stream: ${name}`, "/v1/completions", { ...body, stream: true }],
    [
      `completion stream with usage: ${name}`,
      "/v1/completions",
      { ...body, stream: true, stream_options: { include_usage: true } },
    ],
  ];
});

const inputs: Readonly<Record<string, JsonObject>> = {
  "a text": { input: "Hello" },
  texts: { input: ["Hello", "world"] },
  tokens: { input: [9906, 1917] },
  "lists of tokens": { input: [[9906], [1917, 0]] },
  "many texts": { input: Array.from({ length: 70 }, (_, place) => `Text ${place}`) },
};

const embeddingAsks = Object.entries(inputs).flatMap(([name, input]): readonly Ask[] =>
  [
    {},
    { encoding_format: "float" },
    { encoding_format: "base64" },
    { dimensions: 16 },
    { dimensions: 16, encoding_format: "base64" },
  ].map((format) => [
    `embeddings: ${name}, ${JSON.stringify(format)}`,
    "/v1/embeddings",
    { model: "text-embedding-3-small", ...input, ...format },
  ]),
);

/** Chat, completions and embeddings, as they are meant to be used. */
export const modelAsks: readonly Ask[] = [...chatAsks, ...completionAsks, ...embeddingAsks];
