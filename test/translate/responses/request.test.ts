import { describe, expect, it } from "vitest";
import { ProxyError } from "../../../src/errors.ts";
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import { toChatRequest } from "../../../src/translate/responses/request.ts";

const translate = (body: JsonObject, history: readonly JsonObject[] = []) =>
  toChatRequest({ model: "gpt-4o", input: "Hi", ...body }, history);
const messagesOf = (input: unknown) => translate({ input })["messages"];
const failureOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProxyError) return error;
  }
  throw new Error("It should have failed with a ProxyError.");
};

const weather = {
  type: "function",
  name: "get_weather",
  description: null,
  parameters: { type: "object", properties: {} },
  strict: true,
};
const clock = { type: "function", name: "get_time", parameters: null };
const call = (call_id: string, name = "get_weather") => ({
  type: "function_call",
  id: `fc_${call_id}`,
  call_id,
  name,
  arguments: "{}",
  status: "completed",
});
const result = (call_id: string, output: unknown = "4 °C") => ({
  type: "function_call_output",
  call_id,
  output,
});
const chatCall = (id: string, name = "get_weather") => ({
  id,
  type: "function",
  function: { name, arguments: "{}" },
});

describe("the input", () => {
  it.each<[string, unknown, unknown]>([
    ["a string", "Hi", [{ role: "user", content: "Hi" }]],
    [
      "messages of all roles, with and without their type",
      [
        { role: "system", content: "Be brief." },
        { type: "message", role: "developer", content: [{ type: "input_text", text: "No jokes." }] },
        { type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] },
        {
          type: "message",
          id: "msg_1",
          status: "completed",
          role: "assistant",
          content: [
            { type: "output_text", text: "Hel", annotations: [], logprobs: [] },
            { type: "output_text", text: "lo", annotations: [], logprobs: [] },
          ],
        },
      ],
      [
        { role: "system", content: "Be brief." },
        { role: "developer", content: "No jokes." },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
      ],
    ],
    [
      "a refusal, as the text it is",
      [{ role: "assistant", content: [{ type: "refusal", refusal: "I will not." }] }],
      [{ role: "assistant", content: "I will not." }],
    ],
    [
      "images, files and parts of chat's own kind",
      [
        {
          role: "user",
          content: [
            { type: "input_text", text: "What is it?" },
            { type: "input_image", image_url: "data:image/png;base64,AA==", detail: "low" },
            { type: "input_image", image_url: "https://example.org/a.png" },
            { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,AA==" },
            { type: "input_audio", input_audio: { data: "AA==", format: "wav" } },
          ],
        },
      ],
      [
        {
          role: "user",
          content: [
            { type: "text", text: "What is it?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AA==", detail: "low" } },
            { type: "image_url", image_url: { url: "https://example.org/a.png" } },
            { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AA==" } },
            { type: "input_audio", input_audio: { data: "AA==", format: "wav" } },
          ],
        },
      ],
    ],
    [
      "a turn with thoughts, a text and two calls as one message",
      [
        { type: "reasoning", id: "rs_1", summary: [] },
        { type: "message", role: "assistant", content: "Let me look." },
        call("call_a"),
        call("call_b", "get_time"),
        result("call_a"),
        result("call_b", [
          { type: "input_text", text: "14" },
          { type: "input_text", text: "o'clock" },
        ]),
      ],
      [
        {
          role: "assistant",
          content: "Let me look.",
          tool_calls: [chatCall("call_a"), chatCall("call_b", "get_time")],
        },
        { role: "tool", tool_call_id: "call_a", content: "4 °C" },
        { role: "tool", tool_call_id: "call_b", content: "14\no'clock" },
      ],
    ],
    [
      "calls one after the other as messages of their own, and a text behind a call with it",
      [
        call("call_a"),
        { role: "assistant", content: "A moment." },
        result("call_a"),
        call("call_b"),
        result("call_b"),
      ],
      [
        { role: "assistant", content: "A moment.", tool_calls: [chatCall("call_a")] },
        { role: "tool", tool_call_id: "call_a", content: "4 °C" },
        { role: "assistant", content: null, tool_calls: [chatCall("call_b")] },
        { role: "tool", tool_call_id: "call_b", content: "4 °C" },
      ],
    ],
    [
      "two texts of the assistant as they are",
      [
        { role: "assistant", content: "One." },
        { role: "assistant", content: "Two." },
      ],
      [
        { role: "assistant", content: "One." },
        { role: "assistant", content: "Two." },
      ],
    ],
    [
      "an image that a tool gave",
      [result("call_a", [{ type: "input_image", image_url: "https://example.org/a.png" }])],
      [
        {
          role: "tool",
          tool_call_id: "call_a",
          content: [{ type: "image_url", image_url: { url: "https://example.org/a.png" } }],
        },
      ],
    ],
  ])("takes %s", (_title, input, messages) => {
    expect(messagesOf(input)).toEqual(messages);
  });

  it.each<[string, unknown, string]>([
    ["a number", 7, "input"],
    ["an item that is no object", ["Hi"], "input[0]"],
    ["an unknown role", [{ role: "tool", content: "x" }], "input[0].role"],
    ["a message without content", [{ role: "user" }], "input[0].content"],
    [
      "a part without text",
      [{ role: "user", content: [{ type: "input_text" }] }],
      "input[0].content[0].text",
    ],
    ["a part that is no object", [{ role: "user", content: [7] }], "input[0].content[0]"],
    [
      "an image by id",
      [{ role: "user", content: [{ type: "input_image", file_id: "f" }] }],
      "input[0].content[0]",
    ],
    [
      "a file by id",
      [{ role: "user", content: [{ type: "input_file", file_id: "f" }] }],
      "input[0].content[0]",
    ],
    ["a reference", [{ type: "item_reference", id: "msg_1" }], "input[0]"],
    ["a reference without a type", [{ id: "msg_1" }], "input[0]"],
    ["an item of a built-in tool", [{ type: "web_search_call", id: "ws_1" }], "input[0].type"],
    ["a call without call_id", [{ ...call("a"), call_id: undefined }], "input[0].call_id"],
    ["a call without arguments", [{ ...call("a"), arguments: {} }], "input[0].arguments"],
    ["a result without call_id", [{ type: "function_call_output", output: "x" }], "input[0].call_id"],
    ["a result without output", [{ type: "function_call_output", call_id: "a" }], "input[0].output"],
    ["an empty list", [], "input"],
  ])("refuses %s", (_title, input, param) => {
    const error = failureOf(() => messagesOf(input));
    expect(error).toMatchObject({ status: 400, type: "invalid_request_error", param });
  });
});

describe("the messages", () => {
  it("begin with the instructions, then the history, then the input", () => {
    const history = [
      { role: "user", content: "One" },
      { role: "assistant", content: "Two" },
    ];
    const body = { instructions: "Count.", input: "Three", previous_response_id: "resp_1" };
    expect(translate(body, history)).toEqual({
      model: "gpt-4o",
      messages: [{ role: "system", content: "Count." }, ...history, { role: "user", content: "Three" }],
    });
  });

  it("may be the history alone", () => {
    const history = [{ role: "user", content: "One" }];
    expect(translate({ input: undefined }, history)["messages"]).toEqual(history);
  });

  it("refuse to be none", () => {
    const error = failureOf(() => translate({ input: undefined }));
    expect(error).toMatchObject({ param: "input", code: "missing_required_parameter" });
  });
});

describe("the other fields", () => {
  it.each<[string, JsonObject, JsonObject]>([
    ["the limit", { max_output_tokens: 9 }, { max_completion_tokens: 9 }],
    ["the effort", { reasoning: { effort: "low", summary: "auto" } }, { reasoning_effort: "low" }],
    ["plain text", { text: { format: { type: "text" }, verbosity: "low" } }, { verbosity: "low" }],
    [
      "a JSON object",
      { text: { format: { type: "json_object" } } },
      { response_format: { type: "json_object" } },
    ],
    [
      "a schema",
      { text: { format: { type: "json_schema", name: "city", schema: { type: "object" }, strict: true } } },
      {
        response_format: {
          type: "json_schema",
          json_schema: { name: "city", schema: { type: "object" }, strict: true },
        },
      },
    ],
    [
      "what both have, and what neither knows",
      { temperature: 0.5, top_p: 0.9, user: "u", metadata: { a: "b" }, seed: 7, top_k: 40 },
      { temperature: 0.5, top_p: 0.9, user: "u", metadata: { a: "b" }, seed: 7, top_k: 40 },
    ],
    [
      "a stream, with its usage",
      { stream: true, stream_options: { include_obfuscation: false } },
      { stream: true, stream_options: { include_obfuscation: false, include_usage: true } },
    ],
    ["no stream", { stream: false, stream_options: null }, { stream: false }],
    [
      "logprobs",
      { include: ["message.output_text.logprobs"], top_logprobs: 3 },
      { logprobs: true, top_logprobs: 3 },
    ],
    [
      "nothing of what only a server of responses can act on",
      {
        store: true,
        include: ["reasoning.encrypted_content"],
        top_logprobs: 3,
        truncation: "auto",
        background: false,
        conversation: null,
        prompt: null,
        max_tool_calls: 3,
        instructions: null,
        text: null,
        reasoning: null,
        max_output_tokens: null,
      },
      {},
    ],
  ])("translate %s", (_title, body, fields) => {
    expect(translate(body)).toEqual({
      model: "gpt-4o",
      messages: [{ role: "user", content: "Hi" }],
      ...fields,
    });
  });

  it.each<[JsonObject, string]>([
    [{ background: true }, "background"],
    [{ conversation: "conv_1" }, "conversation"],
    [{ prompt: { id: "pmpt_1" } }, "prompt"],
    [{ instructions: ["Be brief."] }, "instructions"],
    [{ text: { format: { type: "grammar" } } }, "text.format.type"],
  ])("refuse %j", (body, param) => {
    expect(failureOf(() => translate(body))).toMatchObject({ status: 400, param });
  });
});

describe("the tools", () => {
  const chatWeather = {
    type: "function",
    function: { name: "get_weather", parameters: { type: "object", properties: {} }, strict: true },
  };
  const chatClock = { type: "function", function: { name: "get_time" } };
  const tools = [weather, clock];
  const both = [chatWeather, chatClock];

  it.each<[string, JsonObject, JsonObject]>([
    ["none", { tools: [], tool_choice: "auto", parallel_tool_calls: true }, {}],
    ["null", { tools: null, tool_choice: null, parallel_tool_calls: null }, {}],
    [
      "functions",
      { tools, tool_choice: "required", parallel_tool_calls: false },
      { tools: both, tool_choice: "required", parallel_tool_calls: false },
    ],
    ["functions in chat's own form", { tools: both }, { tools: both }],
    [
      "a choice by name",
      { tools, tool_choice: { type: "function", name: "get_time" } },
      { tools: both, tool_choice: { type: "function", function: { name: "get_time" } } },
    ],
    [
      "allowed tools, by offering no other",
      {
        tools,
        tool_choice: {
          type: "allowed_tools",
          mode: "required",
          tools: [{ type: "function", name: "get_time" }],
        },
      },
      { tools: [chatClock], tool_choice: "required" },
    ],
  ])("may be %s", (_title, body, fields) => {
    expect(translate(body)).toEqual({
      model: "gpt-4o",
      messages: [{ role: "user", content: "Hi" }],
      ...fields,
    });
  });

  it.each<[string, JsonObject, string, RegExp]>([
    ["a built-in tool", { tools: [{ type: "web_search" }] }, "tools[0].type", /web_search/],
    ["a custom tool", { tools: [weather, { type: "custom", name: "x" }] }, "tools[1].type", /custom/],
    ["a tool without a name", { tools: [{ type: "function" }] }, "tools[0].name", /string/],
    ["tools that are no list", { tools: {} }, "tools", /array/],
    ["a tool that is no object", { tools: ["x"] }, "tools[0]", /object/],
    ["the choice of a built-in tool", { tools, tool_choice: { type: "mcp" } }, "tool_choice", /mcp/],
    ["an unknown choice", { tools, tool_choice: "any" }, "tool_choice", /any/],
    [
      "the choice of an unknown function",
      { tools, tool_choice: { type: "function", name: "x" } },
      "tool_choice",
      /'x'/,
    ],
    ["a forced choice of nothing", { tool_choice: "required" }, "tool_choice", /required/],
  ])("may not be %s", (_title, body, param, words) => {
    const error = failureOf(() => translate(body));
    expect(error).toMatchObject({ status: 400, param });
    expect(error.message).toMatch(words);
  });
});

it("leaves the request as it was", () => {
  const body = { model: "m", input: [call("a"), call("b"), result("a")], tools: [weather] };
  const before = structuredClone(body);
  toChatRequest(body, []);
  expect(body).toEqual(before);
});
