/** The check of answers finds what local servers send otherwise than OpenAI in chat answers. */
import { expect, it } from "vitest";
import type { Recorded } from "../clients/places.ts";
import { findDeviations } from "./deviations.ts";
import { answered, chat, chatPath } from "./exchanges.ts";
import { call, chatAnswer, token, usage, without } from "./openai-objects.ts";

const cases: readonly (readonly [string, Recorded, string])[] = [
  [
    "a null finish reason",
    chat({}, { finish_reason: null }),
    '/choices/0/finish_reason must be one of ["stop","length","tool_calls","content_filter","function_call"], is null',
  ],
  [
    "a finish reason of another kind",
    chat({}, { finish_reason: "eos" }),
    "/choices/0/finish_reason must be one of",
  ],
  [
    "a missing refusal",
    answered(chatPath, {}, chatAnswer({}, { message: { role: "assistant", content: "" } })),
    "/choices/0/message/refusal is missing",
  ],
  [
    "missing content",
    answered(chatPath, {}, chatAnswer({}, { message: { role: "assistant", refusal: null } })),
    "/choices/0/message/content is missing",
  ],
  [
    "missing logprobs",
    answered(
      chatPath,
      {},
      {
        ...chatAnswer(),
        choices: [
          without(
            { index: 0, message: { role: "assistant", content: "", refusal: null }, finish_reason: "stop" },
            "logprobs",
          ),
        ],
      },
    ),
    "/choices/0/logprobs is missing",
  ],
  [
    "a missing creation time",
    answered(chatPath, {}, without(chatAnswer(), "created")),
    "/created is missing",
  ],
  ["an empty list of tool calls", chat({ tool_calls: [] }), "/choices/0/message/tool_calls is an empty list"],
  ["a tool call with an empty id", chat({ tool_calls: [{ ...call, id: "" }] }), "has a call without an id"],
  [
    "arguments that are an object",
    chat({ tool_calls: [{ ...call, function: { name: "f", arguments: {} } }] }),
    "/choices/0/message/tool_calls/0/function/arguments must be string, is {}",
  ],
  [
    "a finish reason of tool calls without any",
    chat({}, { finish_reason: "tool_calls" }),
    "tells of tool calls where none are",
  ],
  [
    "content that is a list",
    chat({ content: [] }),
    "/choices/0/message/content must be string, is [], or must be null, is []",
  ],
  ["stats", chat({}, {}, { stats: {} }), "/stats is unknown to the schema"],
  ["timings", chat({}, {}, { timings: {} }), "/timings is unknown to the schema"],
  ["a stop reason", chat({}, { stop_reason: 2 }), "/choices/0/stop_reason is unknown to the schema"],
  [
    "reasoning by its other name",
    chat({ reasoning: "Hm." }),
    "/choices/0/message/reasoning is unknown to the schema",
  ],
  [
    "an unknown key of a tool call",
    chat({ tool_calls: [{ ...call, extra: 1 }] }),
    "/choices/0/message/tool_calls/0/extra is unknown to the schema",
  ],
  [
    "a fraction of a token",
    chat({}, {}, { usage: { ...usage, prompt_tokens: 9.5 } }),
    "/usage/prompt_tokens must be integer, is 9.5",
  ],
  [
    "a wrong sum of tokens",
    chat({}, {}, { usage: { ...usage, total_tokens: 1 } }),
    "/usage/total_tokens is not the sum",
  ],
  [
    "alternatives that nobody asked for",
    answered(
      chatPath,
      { logprobs: true },
      chatAnswer({}, { logprobs: { refusal: null, content: [{ ...token, top_logprobs: [token] }] } }),
    ),
    "/choices/0/logprobs has 1 alternatives where 0 were asked for",
  ],
  [
    "a token with an id",
    answered(
      chatPath,
      { logprobs: true },
      chatAnswer({}, { logprobs: { refusal: null, content: [{ ...token, top_logprobs: [], id: 1 }] } }),
    ),
    "/choices/0/logprobs/content/0/id is unknown to the schema",
  ],
  [
    "log probabilities without those of a refusal",
    chat({}, { logprobs: { content: [] } }),
    "/choices/0/logprobs/refusal is missing",
  ],
  ["one choice of two", answered(chatPath, { n: 2 }, chatAnswer()), "/choices are 1 where 2 were asked for"],
  [
    "a chat answer for a stream",
    answered(chatPath, { stream: true }, chatAnswer()),
    "answer is no stream though asked for",
  ],
  [
    "a string of an error with status 200",
    answered(chatPath, {}, { error: "Unexpected endpoint" }),
    "/choices is missing",
  ],
  ["HTML", answered(chatPath, {}, "<html>"), "answer is no JSON: <html>"],
  ["JSON by another name", { ...chat(), contentType: "text/html" }, "content-type is text/html"],
];

it.for(cases)("finds %s", ([, recorded, deviation]) => {
  expect(findDeviations(recorded)).toContainEqual(expect.stringContaining(deviation));
});
