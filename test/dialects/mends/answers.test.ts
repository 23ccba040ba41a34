/** What a client gets for what backends answer. Each case fails without its mend. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject } from "../../../src/protocol/openai/fields.ts";
import { projectRoot } from "../../support/launch.ts";
import { type MendRun, runAnswer } from "../../support/run-mends.ts";

const answer = (message: JsonObject, choice: JsonObject = {}, body: JsonObject = {}): JsonObject => ({
  id: "chatcmpl-1",
  ...body,
  choices: [{ index: 0, message, finish_reason: "stop", ...choice }],
});
const call = (id: string, name = "get_weather", args = "{}") => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const tools = [{ type: "function", function: { name: "get_weather" } }];

const cases: readonly (readonly [string, JsonObject, JsonObject, MendRun?])[] = [
  ["finish-reason", answer({}, { finish_reason: "eos" }), answer({}, { finish_reason: "stop" })],
  ["finish-reason", answer({}, { finish_reason: null }), answer({}, { finish_reason: "stop" })],
  [
    "finish-reason",
    answer({ tool_calls: [call("a")] }),
    answer({ tool_calls: [call("a")] }, { finish_reason: "tool_calls" }),
  ],
  ["finish-reason", answer({}, { finish_reason: "max_tokens" }), answer({}, { finish_reason: "length" })],
  [
    "message-shape",
    answer({ role: "assistant", content: null, tool_calls: [] }),
    answer({ role: "assistant", refusal: null, content: "" }, { logprobs: null }),
  ],
  ["extra-fields", { ...answer({ x: 1 }), stats: {}, timings: {}, x: 1 }, { ...answer({ x: 1 }), x: 1 }],
  ["extra-fields", answer({}, { stop_reason: 2 }), answer({})],
  [
    "usage-numbers",
    { usage: { prompt_tokens: 1.5, completion_tokens: 2 } },
    { usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 } },
  ],
  [
    "usage-numbers",
    { choices: [] },
    { choices: [], usage: { prompt_tokens: 2, completion_tokens: 0, total_tokens: 2, x_estimated: true } },
    { asked: { prompt: "12345678" }, endpoint: "completions" },
  ],
  [
    "answer-envelope",
    { id: "chatcmpl-x", object: "text_completion", created: 1, model: "m", system_fingerprint: "m" },
    {
      id: "cmpl-x",
      object: "text_completion",
      created: 1,
      model: "m",
      choices: [],
      system_fingerprint: expect.stringMatching(/^fp_[0-9a-f]{10}$/),
    },
    { endpoint: "completions" },
  ],
  [
    "answer-envelope",
    {},
    {
      id: expect.stringMatching(/^chatcmpl-\w{29}$/),
      object: "chat.completion",
      created: 1_700_000_000,
      choices: [],
    },
  ],
  [
    "answer-envelope",
    { data: [{ embedding: [1] }] },
    { object: "list", data: [{ object: "embedding", index: 0, embedding: [1] }] },
    { endpoint: "embeddings" },
  ],
  [
    "reasoning-field",
    answer({ reasoning: "r", content: "c" }),
    answer({ reasoning_content: "r", content: "c" }),
  ],
  [
    "reasoning-field",
    answer({ content: " <think>r</think>\n\nc" }),
    answer({ reasoning_content: "r", content: "c" }),
  ],
  ["reasoning-field", answer({ content: "r</think>\nc" }), answer({ reasoning_content: "r", content: "c" })],
  [
    "reasoning-field",
    answer({ content: "a__LM_STUDIO_INTERNAL_LSEP_SYNTHETIC_REASONING_END_0af__b" }),
    answer({ content: "ab" }),
  ],
  [
    "structured-output-in-reasoning",
    answer({ content: "", reasoning_content: '{"a":1}' }),
    answer({ content: '{"a":1}' }),
    { asked: { response_format: { type: "json_schema" } } },
  ],
  [
    "tool-calls-in-text",
    answer({
      content: 'Let me see.\n<tool_call>\n{"name":"get_weather","arguments":{"city":"Paris"}}\n</tool_call>',
    }),
    answer(
      {
        content: "Let me see.",
        tool_calls: [call(expect.stringMatching(/^call_\w{24}$/), "get_weather", '{"city":"Paris"}')],
      },
      { finish_reason: "tool_calls" },
    ),
    { asked: { tools } },
  ],
  [
    "tool-calls-in-text",
    answer(
      { content: '[TOOL_REQUEST]{"name":"get_weather","arguments":{}}[END_TOOL_REQUEST]' },
      { finish_reason: "length" },
    ),
    answer(
      { content: "", tool_calls: [call(expect.stringMatching(/^call_\w{24}$/), "get_weather")] },
      { finish_reason: "length" },
    ),
    { asked: { tools } },
  ],
  [
    "single-tool-call",
    answer({ tool_calls: [call("a"), call("b")] }),
    answer({ tool_calls: [call("a")] }),
    { asked: { parallel_tool_calls: false } },
  ],
  [
    "tool-call-ids",
    answer({
      tool_calls: [call("193629320"), call(""), { id: "x", function: { name: "" } }, call("call_ok")],
    }),
    answer({ tool_calls: [call("call_local_193629320"), call("call_chatcmpl101"), call("call_ok")] }),
  ],
  [
    "legacy-functions",
    answer(
      { content: null, tool_calls: [{ ...call("a"), function: { name: "f", arguments: "{}" } }] },
      { finish_reason: "tool_calls" },
    ),
    answer(
      { content: null, function_call: { name: "f", arguments: "{}" } },
      { finish_reason: "function_call" },
    ),
    { asked: { functions: [{ name: "f" }] } },
  ],
  [
    "embedding-base64",
    { data: [{ embedding: [1, -0.5] }] },
    { data: [{ embedding: "AACAPwAAAL8=" }] },
    { endpoint: "embeddings", asked: { encoding_format: "base64" } },
  ],
  [
    "embedding-base64",
    { data: [{ embedding: "AACAPwAAAL8=" }] },
    { data: [{ embedding: [1, -0.5] }] },
    { endpoint: "embeddings", asked: {} },
  ],
  [
    "embedding-dimensions",
    { data: [{ embedding: [3, 4, 12] }] },
    { data: [{ embedding: [0.6, 0.8] }] },
    { endpoint: "embeddings", asked: { dimensions: 2 } },
  ],
];

const withRuns = cases.map(([id, sent, expected, run = {}]) => ({ id, sent, expected, run }));

describe("whole answers", () => {
  it.each(withRuns)("are mended by $id: $sent", ({ id, sent, expected, run }) => {
    const untouched = structuredClone(sent);
    expect(runAnswer(sent, { ...run, only: [id] })).toEqual({ body: expected, applied: [id] });
    expect(sent).toEqual(untouched);
  });

  it("that are whole are not touched", () => {
    const whole = {
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model: "m",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "c", refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      x_unknown: [1],
    };
    expect(runAnswer(whole).applied).toEqual([]);
  });

  it("keep reasoning that is no JSON apart from content, when JSON was asked for", () => {
    const run = {
      asked: { response_format: { type: "json_object" } },
      only: ["structured-output-in-reasoning"],
    };
    expect(runAnswer(answer({ content: "", reasoning_content: "Hmm" }), run).applied).toEqual([]);
    expect(runAnswer(answer({ content: "{}", reasoning_content: "{}" }), run).applied).toEqual([]);
  });

  it("that speak of markup stay text where no tools were asked for, or where it is none", () => {
    const text = "Write <tool_call>{}</tool_call> like this.";
    expect(runAnswer(answer({ content: text }), { only: ["tool-calls-in-text"] }).applied).toEqual([]);
    expect(
      runAnswer(answer({ content: text }), { only: ["tool-calls-in-text"], asked: { tools } }).applied,
    ).toEqual([]);
  });

  it("refuse more dimensions than a vector has", () => {
    const run: MendRun = { endpoint: "embeddings", asked: { dimensions: 9 }, only: ["embedding-dimensions"] };
    expect(() => runAnswer({ data: [{ embedding: [1] }] }, run)).toThrow(/'dimensions'/);
  });
});

describe("a real llama-server's recorded answers", () => {
  const read = (name: string): JsonObject => {
    const parsed: unknown = JSON.parse(
      readFileSync(join(projectRoot, "test/fixtures/llama-server", `${name}.json`), "utf8"),
    );
    return isJsonObject(parsed) ? parsed : {};
  };

  it.each(["chat", "tools-required", "chat-unicode"])("become OpenAI's: %s", (name) => {
    const { body } = runAnswer(read(name), { type: "llama-server", asked: { tools } });
    expect(body).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: "chat.completion",
      created: expect.any(Number),
    });
    expect(body).not.toHaveProperty("timings");
    const [choice] = body["choices"] as { message: JsonObject; finish_reason: string; logprobs: unknown }[];
    expect(choice?.logprobs).toBeNull();
    expect(choice?.message).toMatchObject({ role: "assistant", content: expect.any(String), refusal: null });
    const calls = (choice?.message["tool_calls"] ?? []) as { id: string }[];
    expect(calls.every(({ id }) => id.startsWith("call_"))).toBe(true);
  });

  it("become OpenAI's: a completion by its id", () => {
    expect(
      runAnswer(read("completion"), { type: "llama-server", endpoint: "completions" }).body,
    ).toMatchObject({
      id: expect.stringMatching(/^cmpl-/),
      object: "text_completion",
    });
  });
});
