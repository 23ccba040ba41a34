/** The simulated backend's own answers are found wanting: what passes through the proxy passes by the proxy's work. */
import { expect, it } from "vitest";
import { createSimulator } from "../../src/simulator/simulator.ts";
import { type Answer, exchange } from "./ask.ts";
import { findDeviations } from "./deviations.ts";
import type { JsonObject } from "../../src/protocol/openai/fields.ts";

const simulator = createSimulator();
const direct: Answer = (path, init) => simulator.fetch(new Request(`http://box.test${path}`, init));

const chatPath = "/v1/chat/completions";
const model = "simulated/qwen3-8b";
const chat = { model, messages: [{ role: "user", content: "Hello" }] };
const stream = { ...chat, stream: true };
const embeddings = { model: "text-embedding-simulated-nomic", input: "Hello" };
const tool = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };

/** What is asked, and what a client of OpenAI would stumble over in LM Studio's answer. */
const cases: readonly (readonly [string, string, JsonObject | undefined, string, fault?: string])[] = [
  ["a chat answer without refusal", chatPath, chat, "/choices/0/message/refusal is missing"],
  ["a chat answer with stats", chatPath, chat, "/stats is unknown to the schema"],
  [
    "a chat answer with an empty list of calls",
    chatPath,
    chat,
    "/choices/0/message/tool_calls is an empty list",
  ],
  ["one choice of two", chatPath, { ...chat, n: 2 }, "/choices are 1 where 2 were asked for"],
  ["a role in every chunk", chatPath, stream, "/choices/0/delta/role is told again"],
  [
    "a role in every chunk of a call",
    chatPath,
    { ...stream, tools: [tool], tool_choice: "required" },
    "/choices/0/delta/role is told again",
  ],
  [
    "chunks without a null usage",
    chatPath,
    { ...stream, stream_options: { include_usage: true } },
    "/usage is not null before the last chunk",
  ],
  [
    "a completion with stats",
    "/v1/completions",
    { model, prompt: "Hello" },
    "/stats is unknown to the schema",
  ],
  [
    "floats for base64",
    "/v1/embeddings",
    { ...embeddings, encoding_format: "base64" },
    "is not in the format that was asked for, base64",
  ],
  ["all dimensions", "/v1/embeddings", { ...embeddings, dimensions: 16 }, "has 768 dimensions"],
  ["models without a creation time", "/v1/models", undefined, "/data/0/created is missing"],
  ["no single model", `/v1/models/${model}`, undefined, "/object is missing"],
  [
    "a refusal that is a string",
    chatPath,
    { ...chat, response_format: { type: "json_object" } },
    "/error must be object",
  ],
  ["an error in a stream with an event line", chatPath, stream, "has an event line: error", "stream-error"],
  ["an error in a stream without a type", chatPath, stream, "/error/type is missing", "stream-error"],
  [
    "a stream that ends early",
    chatPath,
    stream,
    "stream ends without [DONE] and without an error",
    "end-early",
  ],
  ["an HTML page", chatPath, chat, "answer is no JSON", "status-503-html"],
];

it.for(cases)("finds LM Studio's way: %s", async ([name, path, body, deviation, fault]) => {
  const headers = fault === undefined ? {} : { "x-simulator-fault": fault };
  const found = findDeviations(await exchange([name, path, body, headers], direct));
  expect(found).toContainEqual(expect.stringContaining(deviation));
});
