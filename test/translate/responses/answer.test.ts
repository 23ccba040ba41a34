import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject } from "../../../src/protocol/openai/fields.ts";
import { toResponse } from "../../../src/translate/responses/answer.ts";
import { chatUsage, facts } from "./chat-streams.ts";
import { expectResponse } from "./wire-check.ts";

const chatOf = (message: JsonObject, finish_reason: string | null = "stop"): JsonObject => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "local",
  choices: [{ index: 0, message: { role: "assistant", ...message }, logprobs: null, finish_reason }],
  usage: chatUsage,
});

function translate(chat: JsonObject, asked: JsonObject = {}): JsonObject {
  const response = toResponse(chat, asked, facts);
  expectResponse(response);
  return response;
}

const textPart = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });
const message = (id: string, text: string, status = "completed") => ({
  id,
  type: "message",
  status,
  role: "assistant",
  content: [textPart(text)],
});

describe("toResponse", () => {
  it("has every field, with OpenAI's defaults for what was not asked", () => {
    expect(translate(chatOf({ content: "Hi" }))).toEqual({
      id: "resp_abc",
      object: "response",
      created_at: 1_795_000_000,
      status: "completed",
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      model: "gpt-4o",
      output: [message("msg_abc_0", "Hi")],
      parallel_tool_calls: true,
      previous_response_id: null,
      prompt_cache_key: null,
      reasoning: { effort: null, summary: null },
      safety_identifier: null,
      service_tier: "default",
      store: true,
      temperature: 1,
      text: { format: { type: "text" } },
      tool_choice: "auto",
      tools: [],
      top_logprobs: 0,
      top_p: 1,
      truncation: "disabled",
      usage: {
        input_tokens: 12,
        input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 2 },
        total_tokens: 17,
      },
      user: null,
      metadata: {},
    });
  });

  it("says again what was asked", () => {
    const asked = {
      instructions: "Be brief.",
      max_output_tokens: 9,
      parallel_tool_calls: false,
      reasoning: { effort: "low" },
      store: false,
      temperature: 0,
      tool_choice: { type: "function", name: "f" },
      top_p: 0.5,
      truncation: "auto",
      user: "u",
      metadata: { a: "b" },
    };
    expect(translate(chatOf({ content: "Hi" }), asked)).toMatchObject({
      ...asked,
      reasoning: { effort: "low", summary: null },
    });
  });

  it("completes tools and formats with the fields that may be left out when asking", () => {
    const schema = { type: "json_schema", name: "n", schema: {} };
    const asked = {
      tools: [{ type: "function", name: "f" }],
      text: { format: schema, verbosity: "low" },
      temperature: null,
    };
    expect(translate(chatOf({ content: "{}" }), asked)).toMatchObject({
      tools: [{ type: "function", name: "f", description: null, parameters: null, strict: null }],
      text: { format: { ...schema, strict: null }, verbosity: "low" },
      temperature: 1,
    });
  });

  it.each<[string, JsonObject, string | null, readonly unknown[]]>([
    [
      "thoughts and a text",
      { reasoning_content: "Hm.", content: "Four." },
      "stop",
      [
        {
          id: "rs_abc_0",
          type: "reasoning",
          status: "completed",
          summary: [],
          content: [{ type: "reasoning_text", text: "Hm." }],
        },
        message("msg_abc_1", "Four."),
      ],
    ],
    [
      "two calls, without a message for their empty text",
      {
        content: null,
        tool_calls: [
          { id: "call_a", type: "function", function: { name: "f", arguments: '{"a":1}' } },
          { id: "call_b", type: "function", index: 0, function: { name: "g", arguments: "" } },
        ],
      },
      "tool_calls",
      [
        {
          id: "fc_abc_0",
          type: "function_call",
          status: "completed",
          call_id: "call_a",
          name: "f",
          arguments: '{"a":1}',
        },
        {
          id: "fc_abc_1",
          type: "function_call",
          status: "completed",
          call_id: "call_b",
          name: "g",
          arguments: "{}",
        },
      ],
    ],
    [
      "a refusal",
      { content: null, refusal: "I will not." },
      "stop",
      [
        {
          id: "msg_abc_0",
          type: "message",
          status: "completed",
          role: "assistant",
          content: [{ type: "refusal", refusal: "I will not." }],
        },
      ],
    ],
    ["a text that was cut", { content: "Once" }, "length", [message("msg_abc_0", "Once", "incomplete")]],
    ["an empty text", { content: "" }, "stop", [message("msg_abc_0", "")]],
    ["a text without a finish reason", { content: "Hi" }, null, [message("msg_abc_0", "Hi")]],
  ])("translates %s", (_title, chatMessage, finishReason, output) => {
    expect(translate(chatOf(chatMessage, finishReason))["output"]).toEqual(output);
  });

  it("has no usage where the backend told none", () => {
    const { usage: _told, ...chat } = chatOf({ content: "Hi" });
    expect(translate(chat)["usage"]).toBeNull();
    expect(translate({ ...chat, usage: { prompt_tokens: 3 } })["usage"]).toMatchObject({
      input_tokens: 3,
      output_tokens: 0,
      total_tokens: 3,
    });
  });

  it.each(["chat.json", "chat-unicode.json", "tools-required.json"])("reads llama-server's %s", (name) => {
    const file = new URL(`../../fixtures/llama-server/${name}`, import.meta.url);
    const chat: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!isJsonObject(chat)) throw new Error("A captured answer is an object.");
    expect(translate(chat)["output"]).not.toEqual([]);
  });
});
