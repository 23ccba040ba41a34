/** The check of answers against OpenAI's schema passes what OpenAI sends, and says where it does not. */
import { expect, it } from "vitest";
import type { Recorded } from "../clients/places.ts";
import { findDeviations } from "./deviations.ts";
import {
  answered,
  chat,
  chatPath,
  chatStream,
  frames,
  got,
  responses,
  streamed,
  toolStream,
  withUsage,
} from "./exchanges.ts";
import {
  responseEvents,
  call,
  completion,
  completionChunk,
  embeddings,
  error,
  finish,
  model,
  response,
  role,
  text,
  usage,
} from "./openai-objects.ts";

const noUsage = { usage: null };

const good: readonly (readonly [string, Recorded])[] = [
  ["a chat answer", chat()],
  ["a chat answer at a deployment", { ...chat(), path: "/openai/deployments/gpt-4o/chat/completions" }],
  ["a chat answer without /v1", { ...chat(), path: "/chat/completions" }],
  [
    "a chat answer with a tool call",
    chat({ content: null, tool_calls: [call] }, { finish_reason: "tool_calls" }),
  ],
  [
    "a chat answer with a legacy function call",
    chat(
      { content: null, function_call: { name: "f", arguments: "{}" } },
      { finish_reason: "function_call" },
    ),
  ],
  ["a chat answer with reasoning", chat({ reasoning_content: "Hm." })],
  ["a chat stream", chatStream(role, text, finish, "[DONE]")],
  [
    "a chat stream with comments",
    streamed(chatPath, {}, `: wait\n\n${frames(role, text, finish, "[DONE]")}`),
  ],
  [
    "a chat stream with usage",
    withUsage(
      ...[role, text, finish].map((chunk) => ({ ...chunk, ...noUsage })),
      { ...finish, choices: [], usage },
      "[DONE]",
    ),
  ],
  ["a chat stream that an error ends", chatStream(role, text, error())],
  ["a stream of tool calls", toolStream({ index: 0, ...call }, { index: 0, function: { arguments: "}" } })],
  ["a completion", answered("/v1/completions", {}, completion())],
  ["a completion at an engine", answered("/v1/engines/davinci/completions", {}, completion())],
  [
    "a completion stream",
    streamed("/v1/completions", {}, frames(completionChunk("Hello."), completionChunk("", "stop"), "[DONE]")),
  ],
  ["embeddings", answered("/v1/embeddings", { input: ["a", "b"] }, embeddings([0.5, 1], [1, 0.5]))],
  ["embeddings of tokens", answered("/v1/embeddings", { input: [1, 2, 3] }, embeddings([0.5, 1]))],
  [
    "embeddings in base64",
    answered(
      "/v1/embeddings",
      { input: "a", encoding_format: "base64", dimensions: 2 },
      embeddings("AAAAPwAAgD8="),
    ),
  ],
  ["a list of models", got("/v1/models", { object: "list", data: [model] })],
  ["a list of engines", got("/v1/engines", { object: "list", data: [model] })],
  ["a model with a slash", got("/v1/models/a/b", model)],
  ["a response", answered("/v1/responses", {}, response())],
  ["a stored response", got("/v1/responses/resp_1", response())],
  ["a response by Azure's newer path", answered("/openai/v1/responses", {}, response())],
  ["a response stream", responses(...responseEvents)],
  ["an error", answered(chatPath, {}, error({ code: "model_not_found", param: "model" }), 404)],
  ["Anthropic's answers, which are not looked at", answered("/v1/messages", {}, { type: "message" })],
  ["the proxy's own pages, which are not looked at", got("/health", { status: "ok" })],
];

it.for(good)("finds nothing in %s", ([, recorded]) => {
  expect(findDeviations(recorded)).toEqual([]);
});

it("says which exchange it is", () => {
  expect(findDeviations(chat({}, {}, { stats: {} }))).toEqual([
    "POST /v1/chat/completions 200: /stats is unknown to the schema",
  ]);
});
