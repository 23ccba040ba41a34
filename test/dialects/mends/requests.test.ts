/** What a backend gets for what clients send. Each case fails without its mend. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProxyError } from "../../../src/errors.ts";
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import { runRequest } from "../../support/run-mends.ts";

const tool = (name: string, parameters: unknown = { type: "object", properties: {} }) => ({
  type: "function",
  function: { name, parameters },
});

/** mend, what is sent, what of it the backend gets (whole). */
const cases: readonly (readonly [string, JsonObject, JsonObject])[] = [
  [
    "json-object-format",
    { response_format: { type: "json_object" } },
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "json_object", schema: { type: "object" } },
      },
    },
  ],
  ["json-object-format", { a: 1, response_format: { type: "text" } }, { a: 1 }],
  [
    "json-object-format",
    { response_format: { type: "json_schema", json_schema: { name: "n", strict: true } } },
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "n", strict: true, schema: { type: "object" } },
      },
    },
  ],
  [
    "named-tool-choice",
    { tools: [tool("a"), tool("b")], tool_choice: { type: "function", function: { name: "b" } } },
    { tools: [tool("b")], tool_choice: "required" },
  ],
  [
    "named-tool-choice",
    {
      tools: [tool("a"), tool("b"), tool("c")],
      tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [tool("a"), tool("c")] } },
    },
    { tools: [tool("a"), tool("c")], tool_choice: "auto" },
  ],
  [
    "developer-role",
    { messages: [{ role: "developer", content: "x", name: "n" }] },
    { messages: [{ role: "system", content: "x", name: "n" }] },
  ],
  [
    "text-parts",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
        { role: "user", content: [] },
      ],
    },
    {
      messages: [
        { role: "user", content: "a\nb" },
        { role: "user", content: "" },
      ],
    },
  ],
  [
    "null-content",
    { messages: [{ role: "assistant", content: null, tool_calls: [{ id: "x" }] }, { role: "assistant" }] },
    {
      messages: [
        { role: "assistant", content: "", tool_calls: [{ id: "x" }] },
        { role: "assistant", content: "" },
      ],
    },
  ],
  [
    "null-fields",
    {
      n: null,
      messages: [{ role: "user", content: "x", name: null }],
      tools: [
        {
          type: "function",
          function: { name: "a", strict: null, parameters: { enum: [null], const: null } },
        },
      ],
    },
    {
      messages: [{ role: "user", content: "x" }],
      tools: [{ type: "function", function: { name: "a", parameters: { enum: [null], const: null } } }],
    },
  ],
  ["empty-stop", { stop: "" }, {}],
  ["empty-stop", { stop: [] }, {}],
  ["empty-stop", { stop: ["", "END"] }, { stop: ["END"] }],
  ["max-completion-tokens", { max_completion_tokens: 5 }, { max_completion_tokens: 5, max_tokens: 5 }],
  ["unlimited-max-tokens", { max_tokens: -1, a: 1 }, { a: 1 }],
  ["tool-parameters", { tools: [{ type: "function", function: { name: "a" } }] }, { tools: [tool("a")] }],
  ["tool-parameters", { tools: [tool("a", null)] }, { tools: [tool("a")] }],
  [
    "tool-parameters",
    { tools: [tool("a", { type: ["object", "null"], x: 1 })] },
    { tools: [tool("a", { type: "object", x: 1, properties: {} })] },
  ],
  [
    "tool-strict",
    { tools: [{ type: "function", function: { name: "a", strict: true } }] },
    { tools: [{ type: "function", function: { name: "a" } }] },
  ],
  [
    "schema-dialect",
    {
      tools: [tool("a", { $schema: "x", type: "object", properties: { $schema: { type: "string" } } })],
      response_format: { type: "json_schema", json_schema: { name: "n", schema: { $schema: "x", a: 1 } } },
    },
    {
      tools: [tool("a", { type: "object", properties: { $schema: { type: "string" } } })],
      response_format: { type: "json_schema", json_schema: { name: "n", schema: { a: 1 } } },
    },
  ],
  [
    "tool-result-text",
    {
      messages: [
        { role: "tool", tool_call_id: "c", content: { ok: true } },
        { role: "tool", content: 7 },
      ],
    },
    {
      messages: [
        { role: "tool", tool_call_id: "c", content: '{"ok":true}' },
        { role: "tool", content: "7" },
      ],
    },
  ],
  [
    "openai-only-fields",
    { store: true, metadata: { a: "b" }, user: "u", modalities: ["text"], seed: 1 },
    { seed: 1 },
  ],
  [
    "tool-call-ids",
    { messages: [{ role: "tool", tool_call_id: "call_local_193629320", content: "x" }] },
    { messages: [{ role: "tool", tool_call_id: "193629320", content: "x" }] },
  ],
  [
    "stream-usage",
    { stream: true, stream_options: { x: 1 } },
    { stream: true, stream_options: { x: 1, include_usage: true } },
  ],
  [
    "legacy-functions",
    {
      functions: [{ name: "a", parameters: {} }],
      function_call: { name: "a" },
      messages: [
        { role: "assistant", content: null, function_call: { name: "a", arguments: "{}" } },
        { role: "function", name: "a", content: "1" },
      ],
    },
    {
      messages: [
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "call_function_1", type: "function", function: { name: "a", arguments: "{}" } }],
        },
        { role: "tool", name: "a", content: "1", tool_call_id: "call_function_1" },
      ],
      tools: [{ type: "function", function: { name: "a", parameters: {} } }],
      tool_choice: { type: "function", function: { name: "a" } },
    },
  ],
  [
    "json-object-format",
    { response_format: { type: "json_object", schema: { type: "object", required: ["a"] } } },
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "json_object", schema: { type: "object", required: ["a"] } },
      },
    },
  ],
  [
    "max-completion-tokens",
    { max_completion_tokens: 5, max_tokens: null },
    { max_completion_tokens: 5, max_tokens: 5 },
  ],
  [
    "null-fields",
    {
      messages: [{ role: "user", content: [{ type: "text", text: "x", cache: null }] }],
      response_format: {
        type: "json_schema",
        json_schema: { name: "n", strict: null, schema: { default: null } },
      },
    },
    {
      messages: [{ role: "user", content: [{ type: "text", text: "x" }] }],
      response_format: { type: "json_schema", json_schema: { name: "n", schema: { default: null } } },
    },
  ],
  [
    "tool-result-text",
    { messages: [{ role: "tool", content: [{ type: "city", name: "Paris" }] }] },
    { messages: [{ role: "tool", content: '[{"type":"city","name":"Paris"}]' }] },
  ],
  [
    "legacy-functions",
    {
      functions: [{ name: "a" }],
      tools: null,
      tool_choice: null,
      function_call: null,
      messages: [
        { role: "assistant", function_call: { name: "a", arguments: "1" } },
        { role: "assistant", function_call: { name: "b", arguments: "2" } },
        { role: "function", name: "a", content: "x" },
      ],
    },
    {
      messages: [
        {
          role: "assistant",
          tool_calls: [{ id: "call_function_1", type: "function", function: { name: "a", arguments: "1" } }],
        },
        {
          role: "assistant",
          tool_calls: [{ id: "call_function_2", type: "function", function: { name: "b", arguments: "2" } }],
        },
        { role: "tool", name: "a", content: "x", tool_call_id: "call_function_1" },
      ],
      tools: [{ type: "function", function: { name: "a" } }],
      tool_choice: null,
    },
  ],
];

const responses: readonly (readonly [string, JsonObject, JsonObject])[] = [
  [
    "tool-parameters",
    { tools: [{ type: "function", name: "a", parameters: null }] },
    { tools: [{ type: "function", name: "a", parameters: { type: "object", properties: {} } }] },
  ],
  [
    "tool-strict",
    { tools: [{ type: "function", name: "a", strict: true }, { type: "web_search" }] },
    { tools: [{ type: "function", name: "a" }, { type: "web_search" }] },
  ],
  [
    "schema-dialect",
    { tools: [{ type: "function", name: "a", parameters: { $schema: "x", type: "object" } }] },
    { tools: [{ type: "function", name: "a", parameters: { type: "object" } }] },
  ],
];

describe("requests for responses from LM Studio", () => {
  it.each(responses)("are mended by %s: %j", async (id, sent, expected) => {
    const run = { only: [id], endpoint: "responses" as const };
    expect(await runRequest(sent, run)).toEqual({ body: expected, applied: [id] });
  });
});

describe("requests to LM Studio", () => {
  it.each(cases)("are mended by %s: %j", async (id, sent, expected) => {
    const untouched = structuredClone(sent);
    expect(await runRequest(sent, { only: [id] })).toEqual({ body: expected, applied: [id] });
    expect(sent).toEqual(untouched);
  });

  it("of every mend in one go reach the backend as it wants them", async () => {
    const sent = {
      model: "m",
      functions: [{ name: "get_weather", description: "d", parameters: null }],
      function_call: { name: "get_weather" },
      messages: [{ role: "developer", content: [{ type: "text", text: "Be kind." }] }],
      response_format: { type: "json_object" },
      max_completion_tokens: 9,
      stop: [""],
      user: "u",
      x_unknown: { kept: [null] },
    };
    const { body } = await runRequest(sent);
    expect(body).toEqual({
      model: "m",
      messages: [{ role: "system", content: "Be kind." }],
      max_completion_tokens: 9,
      max_tokens: 9,
      x_unknown: { kept: [null] },
      tools: [
        {
          type: "function",
          function: { name: "get_weather", description: "d", parameters: { type: "object", properties: {} } },
        },
      ],
      tool_choice: "required",
      response_format: {
        type: "json_schema",
        json_schema: { name: "json_object", schema: { type: "object" } },
      },
    });
  });

  it("that need nothing are not touched", async () => {
    const sent = {
      model: "m",
      messages: [{ role: "user", content: "x" }],
      temperature: 1,
      tools: [tool("a")],
      tool_choice: "auto",
    };
    expect((await runRequest(sent)).applied).toEqual([]);
  });

  it("name a tool that is not there: 400 with those that are", async () => {
    const sent = { tools: [tool("a")], tool_choice: { type: "function", function: { name: "z" } } };
    await expect(runRequest(sent)).rejects.toMatchObject({
      status: 400,
      param: "tool_choice",
      message: expect.stringContaining("a."),
    });
  });

  it("choose by a word that the backend has not: 400 with those that it has", async () => {
    const sent = { tools: [tool("a")], tool_choice: { type: "custom", custom: { name: "a" } } };
    await expect(runRequest(sent)).rejects.toMatchObject({
      status: 400,
      param: "tool_choice",
      message: expect.stringContaining('"custom"'),
    });
  });

  it("keep lists with images, and schemas that are described by other words", async () => {
    const parts = [
      { type: "text", text: "a" },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
    ];
    const sent = { messages: [{ role: "user", content: parts }], tools: [tool("a", { $ref: "#/$defs/x" })] };
    expect((await runRequest(sent)).body).toEqual(sent);
  });
});

describe("requests to OpenAI itself", () => {
  it.each(cases)("are left alone by %s", async (_id, sent) => {
    expect(await runRequest(sent, { type: "openai" })).toEqual({ body: sent, applied: [] });
  });
});

describe("any request at all", () => {
  const owned =
    /^(messages|tools|tool_choice|functions|function_call|response_format|stop|max_tokens|max_completion_tokens|stream_options|store|metadata|service_tier|prediction|user|safety_identifier|prompt_cache_key|prompt_cache_retention|moderation|modalities)$/;

  it("gives a ProxyError or a request that lost no unknown field", async () => {
    const known = fc.constantFrom(
      "messages",
      "tools",
      "tool_choice",
      "functions",
      "response_format",
      "stop",
      "stream",
      "user",
    );
    const body = fc.dictionary(fc.oneof(known, fc.string()), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.constantFrom("lmstudio", "llama-server", "ollama", "vllm"),
        async (sent, type) => {
          const run = runRequest(sent as JsonObject, { type: type as "lmstudio" });
          const result = await run.catch((error: unknown) => {
            if (error instanceof ProxyError) return undefined;
            throw error;
          });
          for (const [key, value] of Object.entries(sent)) {
            if (result === undefined || owned.test(key) || value === null) continue;
            expect(result.body[key]).toEqual(value);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
