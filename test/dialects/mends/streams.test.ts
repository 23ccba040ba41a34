/** What a client gets for what backends stream. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import { createThinkSplitter } from "../../../src/protocol/think-markers.ts";
import { createToolTextScanner, type TextPart } from "../../../src/protocol/tool-text.ts";
import { projectRoot } from "../../support/launch.ts";
import { type MendRun, runStream } from "../../support/run-mends.ts";

interface Chunk extends JsonObject {
  choices: {
    index: number;
    delta: JsonObject & {
      tool_calls?: (JsonObject & { index: number; id?: string; function: JsonObject })[];
    };
    finish_reason: string | null;
  }[];
}

const chunk = (delta: JsonObject, finish: string | null = null, extra: JsonObject = {}): JsonObject => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "local",
  ...extra,
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
});
const tools = [{ type: "function", function: { name: "get_weather" } }];
const run = (chunks: readonly JsonObject[], options: MendRun = {}) =>
  runStream(chunks, options) as readonly Chunk[];
const deltas = (chunks: readonly Chunk[]) =>
  chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
const textOf = (chunks: readonly Chunk[], key = "content") =>
  deltas(chunks)
    .map((delta) => delta[key] ?? "")
    .join("");
const finishOf = (chunks: readonly Chunk[]) =>
  chunks
    .flatMap(({ choices }) => choices.map(({ finish_reason }) => finish_reason))
    .filter((reason) => reason !== null);

describe("chat streams", () => {
  it("name the role once and no null content", () => {
    const chunks = run([
      chunk({ role: "assistant", content: null }),
      chunk({ role: "assistant", content: "a" }),
      chunk({ content: null }),
      chunk({}, "stop"),
    ]);
    expect(deltas(chunks)).toEqual([{ role: "assistant", content: "" }, { content: "a" }, {}]);
  });

  it("name id, type and tool in the first chunk of a call only", () => {
    const piece = (extra: JsonObject, args: string) =>
      chunk({ tool_calls: [{ index: 0, ...extra, function: { ...extra, arguments: args } }] });
    const chunks = run([
      piece({ id: "123", name: "f" }, ""),
      piece({ id: "123", name: "f" }, "{"),
      piece({ id: "" }, "}"),
      chunk({}, "stop"),
    ]);
    const calls = deltas(chunks).flatMap(({ tool_calls: list }) => list ?? []);
    expect(calls[0]).toMatchObject({
      index: 0,
      id: "call_local_123",
      type: "function",
      function: { name: "f", arguments: "" },
    });
    for (const later of calls.slice(1)) {
      expect(later).not.toHaveProperty("id");
      expect(later).not.toHaveProperty("type");
      expect(later.function).not.toHaveProperty("name");
    }
    expect(finishOf(chunks)).toEqual(["tool_calls"]);
  });

  it("show usage where it was asked for, once, last, with null before", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const asked = { stream_options: { include_usage: true } };
    const sent = [chunk({ content: "a" }), chunk({}, "stop", { usage })];
    const chunks = run(sent, { asked });
    expect(chunks.map((one) => one["usage"])).toEqual([null, null, usage]);
    expect(chunks.at(-1)?.choices).toEqual([]);
    expect(
      run([...sent, { ...chunk({}), choices: [], usage }], { asked }).filter((one) => one["usage"] !== null),
    ).toHaveLength(1);
  });

  it("show no usage where it was not asked for", () => {
    const usage = { total_tokens: 3 };
    const chunks = run([
      chunk({ content: "a" }, null, { usage: null }),
      chunk({}, "stop", { usage }),
      { ...chunk({}), choices: [], usage },
    ]);
    expect(chunks.filter((one) => "usage" in one)).toEqual([]);
    expect(chunks).toHaveLength(2);
  });

  it("have one finish reason, of OpenAI's set", () => {
    expect(finishOf(run([chunk({ content: "a" }, ""), chunk({}, "eos_token"), chunk({}, "stop")]))).toEqual([
      "stop",
    ]);
  });

  it("give the calls of an old function as one", () => {
    const piece = (call: JsonObject) => chunk({ tool_calls: [{ index: 0, ...call }] });
    const chunks = run(
      [
        piece({ id: "1", function: { name: "f", arguments: "" } }),
        piece({ function: { arguments: "{}" } }),
        chunk({}, "tool_calls"),
      ],
      { asked: { functions: [{ name: "f" }] } },
    );
    expect(deltas(chunks).map(({ function_call: called }) => called)).toEqual([
      { name: "f", arguments: "" },
      { arguments: "{}" },
      undefined,
    ]);
    expect(finishOf(chunks)).toEqual(["function_call"]);
  });
});

/** A text cut into pieces by the given lengths. */
function cut(text: string, lengths: readonly number[]): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const length of lengths) {
    pieces.push(text.slice(start, start + length));
    start += length;
  }
  return [...pieces, text.slice(start)].filter((piece) => piece !== "");
}
const anyCut = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 });

describe("reasoning in streams", () => {
  it.each([
    ["\n<think>I see < and </ here</think>\n\nYes <think> no", "I see < and </ here", "Yes <think> no"],
    ["<thin ice", "", "<thin ice"],
    ["</think>Yes", "", "Yes"],
    ["<think>never ends", "never ends", ""],
    ["plain", "", "plain"],
  ])("is told apart wherever it is cut: %j", (text, reasoning, content) => {
    fc.assert(
      fc.property(anyCut, (lengths) => {
        const chunks = run([
          ...cut(text, lengths).map((piece) => chunk({ content: piece })),
          chunk({}, "stop"),
        ]);
        expect(textOf(chunks, "reasoning_content")).toBe(reasoning);
        expect(textOf(chunks)).toBe(content);
      }),
    );
  });

  it("is the same for any text in any pieces", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("<", "think>", "</", " ", "a", "\n") }),
        anyCut,
        (text, lengths) => {
          const join = (pieces: readonly string[]) => {
            const splitter = createThinkSplitter();
            const all = [...pieces.map((piece) => splitter.push(piece)), splitter.end()];
            return [
              all.map(({ reasoning }) => reasoning).join(""),
              all.map(({ content }) => content).join(""),
            ];
          };
          expect(join(cut(text, lengths))).toEqual(join([text]));
        },
      ),
    );
  });

  it("that is the JSON that was asked for becomes content at the end", () => {
    const asked = { response_format: { type: "json_schema" } };
    const json = [
      chunk({ reasoning_content: '{"a"' }),
      chunk({ reasoning_content: ":1}" }),
      chunk({}, "stop"),
    ];
    expect(textOf(run(json, { asked }))).toBe('{"a":1}');
    expect(textOf(run(json, { asked }), "reasoning_content")).toBe("");
    const both = [chunk({ reasoning_content: "Hm" }), chunk({ content: "{}" }), chunk({}, "stop")];
    expect(textOf(run(both, { asked }))).toBe("{}");
    expect(textOf(run(both, { asked }), "reasoning_content")).toBe("Hm");
  });
});

describe("tool calls written as text", () => {
  const markups = [
    '<tool_call>\n{"name":"get_weather","arguments":{"city":"Paris"}}\n</tool_call>',
    '[TOOL_REQUEST]{"name":"get_weather","arguments":{"city":"Paris"}}[END_TOOL_REQUEST]',
    '<function=get_weather>{"city":"Paris"}</function>',
    '[TOOL_CALLS][{"name":"get_weather","arguments":{"city":"Paris"}}]',
    '<tool_call>{"name":"get_weather","parameters":{"city":"Paris"}}',
  ];

  it.each(markups)("become calls wherever they are cut: %s", (markup) => {
    fc.assert(
      fc.property(anyCut, (lengths) => {
        const text = `Let me look. ${markup}`;
        const chunks = run(
          [...cut(text, lengths).map((piece) => chunk({ content: piece })), chunk({}, "stop")],
          { asked: { tools } },
        );
        const calls = deltas(chunks).flatMap(({ tool_calls: list }) => list ?? []);
        expect(calls.map(({ function: { name, arguments: args } }) => [name, args])).toEqual([
          ["get_weather", '{"city":"Paris"}'],
        ]);
        expect(textOf(chunks)).toBe("Let me look. ");
        expect(finishOf(chunks)).toEqual(["tool_calls"]);
      }),
    );
  });

  it("stay text where they are none, and ordinary text is held back by no more than a marker", () => {
    const scanner = createToolTextScanner(new Map([["get_weather", {}]]));
    const spoken = (parts: readonly TextPart[]) =>
      parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
    let sent = "";
    let received = "";
    for (const letter of "a < b <tool x [TOOL_ y <function") {
      sent += letter;
      received += spoken(scanner.push(letter));
      expect(sent.length - received.length).toBeLessThan("[TOOL_REQUEST]".length);
    }
    expect(received + spoken(scanner.end())).toBe(sent);
    const broken = "<tool_call>{broken</tool_call> and on";
    expect(textOf(run([chunk({ content: broken }), chunk({}, "stop")], { asked: { tools } }))).toBe(broken);
  });

  it("are not looked for where no tools were asked for", () => {
    const text = markups[0] ?? "";
    expect(textOf(run([chunk({ content: text }), chunk({}, "stop")]))).toBe(text);
  });
});

describe("a real llama-server's recorded streams", () => {
  it.each(["chat-stream", "chat-stream-usage", "chat-n2-stream", "tools-parallel-stream", "think-stream"])(
    "become OpenAI's: %s",
    (name) => {
      const text = readFileSync(join(projectRoot, "test/fixtures/llama-server", `${name}.sse`), "utf8");
      const sent = [...text.matchAll(/^data: (\{.*)$/gm)].map(
        ([, data]) => JSON.parse(data ?? "") as JsonObject,
      );
      const chunks = run(sent, { type: "llama-server", asked: { tools } });
      expect(chunks.length).toBeGreaterThan(3);
      expect(chunks.filter((one) => "timings" in one)).toEqual([]);
      const choices = chunks.flatMap((one) => one.choices);
      const indexes = [...new Set(choices.map(({ index }) => index))];
      for (const index of indexes) {
        const own = choices.filter((choice) => choice.index === index);
        expect(own.filter(({ delta }) => "role" in delta)).toHaveLength(1);
        expect(own.filter(({ finish_reason }) => finish_reason !== null)).toHaveLength(1);
        expect(own.filter(({ delta }) => delta["content"] === null)).toEqual([]);
        const calls = own.flatMap(({ delta }) => delta.tool_calls ?? []);
        const opened = calls.filter(({ id }) => id !== undefined);
        expect(opened.map((call) => call.index)).toEqual([...new Set(calls.map((call) => call.index))]);
      }
      expect(textOf(chunks)).toBe(
        sent
          .flatMap((one) => (one as Chunk).choices)
          .map(({ delta }) => delta["content"] ?? "")
          .join(""),
      );
    },
  );
});
