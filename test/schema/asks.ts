/** Requests by other doors, wrong ones, ones that meet a failure, and those of the Responses API, as data. Knows no answer. */
import type { JsonObject } from "../../src/protocol/openai/fields.ts";
import { type Ask, chatPath, messages, modelAsks, schema, thinking, tools, weather } from "./model-asks.ts";

const chatBody = { model: "gpt-4o", messages };
const doorAsks: readonly Ask[] = [
  ["models", "/v1/models", undefined],
  ["models without version", "/models", undefined],
  ["models at Azure", "/openai/models?api-version=2024-10-21", undefined],
  ["engines", "/v1/engines", undefined],
  ["a model", "/v1/models/simulated/qwen3-8b", undefined],
  ["a model by its alias", "/v1/models/gpt-4o", undefined],
  [
    "chat at a deployment",
    "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
    { messages },
  ],
  [
    "a chat stream at a deployment",
    "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
    { messages, stream: true },
  ],
  ["chat at Azure's newer path", "/openai/v1/chat/completions", chatBody],
  ["chat without version", "/chat/completions", chatBody],
  ["chat with doubled slashes", "//v1//chat/completions/", chatBody],
  ["a completion at an engine", "/v1/engines/gpt-4o/completions", { prompt: "Once" }],
  ["embeddings at an engine", "/v1/engines/text-embedding-3-small/embeddings", { input: "Once" }],
];

/** What the proxy or the backend refuses, as OpenAI does. */
export const errorAsks: readonly Ask[] = [
  ["an unknown model", chatPath, { ...chatBody, model: "no-such-model" }],
  ["an unknown model to look up", "/v1/models/no-such-model", undefined],
  ["no model", chatPath, { messages }],
  ["no messages", chatPath, { model: "gpt-4o" }],
  ["messages that are text", chatPath, { model: "gpt-4o", messages: "Hi" }],
  ["a temperature that is text", chatPath, { ...chatBody, temperature: "hot" }],
  ["no JSON", chatPath, "{"],
  ["a list", chatPath, "[]"],
  ["nothing", chatPath, ""],
  ["a response format of no kind", chatPath, { ...chatBody, response_format: { type: "poem" } }],
  ["a tool choice of no kind", chatPath, { ...chatBody, tools, tool_choice: "maybe" }],
  ["no input", "/v1/embeddings", { model: "text-embedding-3-small" }],
  [
    "dimensions that cannot be",
    "/v1/embeddings",
    { model: "text-embedding-3-small", input: "a", dimensions: 0 },
  ],
  ["another method", chatPath, undefined],
  ["an unknown path", "/v1/nothing", undefined],
  ["an unknown path to post to", "/v1/moderations", { input: "a" }],
  ["files", "/v1/files", undefined],
];

/** What a lenient backend may answer where OpenAI would not. */
const oddAsks: readonly Ask[] = [
  [
    "a prompt too long",
    chatPath,
    { ...chatBody, messages: [{ role: "user", content: "word ".repeat(40_000) }] },
  ],
  [
    "a prompt too long, streamed",
    chatPath,
    { ...chatBody, stream: true, messages: [{ role: "user", content: "word ".repeat(40_000) }] },
  ],
  [
    "a picture that is none",
    chatPath,
    {
      ...chatBody,
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] },
      ],
    },
  ],
  ["a chat model for embeddings", "/v1/embeddings", { model: "simulated/qwen3-8b", input: "a" }],
  ["an embedding model for chat", chatPath, { ...chatBody, model: "text-embedding-3-small" }],
  ["an empty input", "/v1/embeddings", { model: "text-embedding-3-small", input: "" }],
];

const faults = [
  "status-500",
  "status-503-html",
  "empty-500",
  "error-200",
  "error-object-200",
  "rate-limit",
  "unauthorized",
  "cut",
  "end-early",
  "stream-error",
  "stream-error-first",
  "overflow-first",
  "malformed",
];
const faulty: readonly Ask[] = [
  ["chat", chatPath, chatBody],
  ["chat stream", chatPath, { ...chatBody, stream: true }],
  [
    "chat stream with usage",
    chatPath,
    { ...chatBody, stream: true, stream_options: { include_usage: true } },
  ],
  ["two choices streamed", chatPath, { ...chatBody, stream: true, n: 2 }],
  ["tool stream", chatPath, { ...chatBody, stream: true, tools, tool_choice: "required" }],
  ["completion", "/v1/completions", { model: "gpt-4o", prompt: "Once" }],
  ["completion stream", "/v1/completions", { model: "gpt-4o", prompt: "Once", stream: true }],
  ["embeddings", "/v1/embeddings", { model: "text-embedding-3-small", input: "a" }],
];

/** What a backend that fails is asked. */
export const faultAsks = faults.flatMap((fault) =>
  faulty.map(([name, path, body]): Ask => [
    `${name} with ${fault}`,
    path,
    body,
    { "x-simulator-fault": fault },
  ]),
);

const responseBodies: Readonly<Record<string, JsonObject>> = {
  "plain text": {},
  reasoning: thinking,
  instructions: { instructions: "Be short." },
  "a list of messages": { input: [{ role: "user", content: [{ type: "input_text", text: "Hi" }] }] },
  tools: { tools: [{ type: "function", ...weather, strict: true }], tool_choice: "required" },
  "a JSON schema": { text: { format: { type: "json_schema", ...schema } } },
  "few tokens": { max_output_tokens: 16 },
};

/** Kept apart: the Responses API is another protocol. */
export const responseAsks: readonly Ask[] = [
  ...Object.entries(responseBodies).flatMap(([name, more]): readonly Ask[] => {
    const body = { model: "gpt-4o", input: "What is the weather?", ...more };
    return [
      [`response: ${name}`, "/v1/responses", body],
      [`response stream: ${name}`, "/v1/responses", { ...body, stream: true }],
    ];
  }),
  ...["error-200", "cut", "end-early", "stream-error", "malformed"].map((fault): Ask => [
    `response stream with ${fault}`,
    "/v1/responses",
    { model: "gpt-4o", input: "Hi", stream: true },
    { "x-simulator-fault": fault, "x-simulator-after": "6" },
  ]),
];

/** All but responses. */
export const asks: readonly Ask[] = [...modelAsks, ...doorAsks, ...errorAsks, ...oddAsks, ...faultAsks];
