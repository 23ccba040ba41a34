import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Mend } from "../../../src/dialects/mend.ts";
import { answerEnvelope } from "../../../src/dialects/mends/answer-envelope.ts";
import { extraFields } from "../../../src/dialects/mends/extra-fields.ts";
import { finishReason } from "../../../src/dialects/mends/finish-reason.ts";
import { messageShape } from "../../../src/dialects/mends/message-shape.ts";
import { reasoningField } from "../../../src/dialects/mends/reasoning-field.ts";
import { singleToolCall } from "../../../src/dialects/mends/single-tool-call.ts";
import { structuredOutputInReasoning } from "../../../src/dialects/mends/structured-output-in-reasoning.ts";
import { toolCallsInText } from "../../../src/dialects/mends/tool-calls-in-text.ts";
import { usageNumbers } from "../../../src/dialects/mends/usage-numbers.ts";
import { isJsonObject, type JsonObject } from "../../../src/protocol/openai/fields.ts";
import { objectsIn } from "../../../src/protocol/openai/parts.ts";
import { projectRoot } from "../../support/launch.ts";
import {
  chunkOf,
  choicesOf,
  deltasOf,
  factsOf,
  finishesOf,
  joined,
  messageOf,
  runAnswer,
  runStream,
  spoken,
  weatherTools,
} from "./answers.ts";

/** As a table has them: the last one is the first to see an answer. */
const mends: readonly Mend[] = [
  answerEnvelope,
  usageNumbers,
  extraFields,
  finishReason,
  singleToolCall,
  messageShape,
  reasoningField,
  toolCallsInText,
  structuredOutputInReasoning,
];

const folder = join(projectRoot, "test/fixtures/llama-server");
const fixture = (name: string) => readFileSync(join(folder, name), "utf8");
const parse = (text: string): JsonObject => {
  const parsed: unknown = JSON.parse(text);
  return isJsonObject(parsed) ? parsed : {};
};
const isChat = ({ object }: JsonObject) => String(object).startsWith("chat.completion");

const streams = globSync("*.sse", { cwd: folder })
  .map((name): readonly [string, readonly JsonObject[]] => [
    basename(name, ".sse"),
    fixture(name)
      .split("\n")
      .filter((line) => line.startsWith("data: {"))
      .map((line) => parse(line.slice(6))),
  ])
  .filter(([, chunks]) => chunks.every(isChat));

const answers = globSync("*.json", { cwd: folder })
  .map((name): readonly [string, JsonObject] => [basename(name, ".json"), parse(fixture(name))])
  .filter(([, body]) => isChat(body));

const tool = (piece: JsonObject) => chunkOf({ role: "assistant", tool_calls: [piece] });
const lmStudio: readonly (readonly [string, readonly JsonObject[]])[] = [
  [
    "LM Studio's text",
    [spoken("\n"), spoken("Hello"), chunkOf({ role: "assistant", tool_calls: [] }), chunkOf({}, "stop")],
  ],
  [
    "LM Studio's tools",
    [
      tool({ index: 0, id: "193629320", type: "function", function: { name: "get_time", arguments: "" } }),
      tool({ index: 0, type: "function", function: { name: "", arguments: "{}" } }),
      chunkOf({ tool_calls: [] }, "tool_calls"),
      { ...chunkOf({}), choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
    ],
  ],
  [
    "LM Studio's call in the text",
    [
      spoken("See: <tool_"),
      spoken('call>{"name":"get_time","arguments":{}}'),
      spoken("</tool_call>"),
      chunkOf({}, "stop"),
    ],
  ],
  [
    "thinking with an odd end",
    [spoken("<th"), spoken("ink>so</think>"), spoken("done"), chunkOf({ content: null }, "eos")],
  ],
  ["no end at all", [spoken("a"), chunkOf({ content: "" }, "")]],
  [
    "Ollama's calls",
    [
      chunkOf({ role: "assistant", content: "", reasoning: "hm" }),
      tool({ id: "call_1", index: 0, type: "function", function: { name: "get_time", arguments: "{}" } }),
      tool({ id: "call_2", index: 0, type: "function", function: { name: "get_time", arguments: "{}" } }),
      chunkOf({ role: "assistant", content: "" }, "stop"),
    ],
  ],
];

const indexesOf = (chunks: readonly JsonObject[]) => [
  ...new Set(chunks.flatMap((chunk) => objectsIn(chunk["choices"])).map((choice) => Number(choice["index"]))),
];

function expectWellFormed(sent: readonly JsonObject[]): void {
  expect(indexesOf(sent)).not.toEqual([]);
  for (const index of indexesOf(sent)) {
    const deltas = deltasOf(sent, index);
    expect(deltas.map((delta) => "role" in delta)).toEqual(deltas.map((_, place) => place === 0));
    expect(finishesOf(sent, index)).toHaveLength(1);
    expect(["stop", "length", "tool_calls"]).toContain(finishesOf(sent, index)[0]);
    expect(choicesOf(sent, index).every((choice) => "finish_reason" in choice && "logprobs" in choice)).toBe(
      true,
    );
    expect(deltas.filter((delta) => delta["content"] === null)).toEqual([]);
    expect(
      deltas.filter((delta) => "tool_calls" in delta && objectsIn(delta["tool_calls"]).length === 0),
    ).toEqual([]);
    const pieces = deltas.flatMap((delta) => objectsIn(delta["tool_calls"]));
    const openings = pieces.filter((piece) => "id" in piece);
    expect(openings.map((piece) => piece["index"])).toEqual([
      ...new Set(pieces.map((piece) => piece["index"])),
    ]);
    expect(new Set(openings.map((piece) => piece["id"])).size).toBe(openings.length);
    for (const opening of openings)
      expect(opening).toMatchObject({ type: "function", function: { name: expect.stringMatching(/./) } });
  }
  expect(new Set(sent.map(({ id, created }) => `${String(id)} ${String(created)}`)).size).toBe(1);
  expect(sent.some((chunk) => "timings" in chunk)).toBe(false);
}

describe("all mends of answers together", () => {
  it("have recorded answers to work on", () => {
    expect(streams.map(([name]) => name)).toEqual(
      expect.arrayContaining(["chat-stream", "tools-parallel-stream", "think-stream"]),
    );
    expect(answers.map(([name]) => name)).toEqual(expect.arrayContaining(["chat", "tools-required"]));
  });

  const askings: readonly JsonObject[] = [
    {},
    { tools: weatherTools },
    { tools: weatherTools, parallel_tool_calls: false },
    { response_format: { type: "json_schema" } },
  ];
  const runs = [...streams, ...lmStudio].flatMap(([name, chunks]) =>
    askings.map((asked) => [name, asked, chunks] as const),
  );

  it.each(runs)("make a well-formed stream of %s when asked %j", (_name, asked, chunks) => {
    const { sent } = runStream(mends, chunks, factsOf(asked));
    expectWellFormed(sent);
    for (const index of indexesOf(chunks)) {
      for (const field of ["content", "reasoning_content"]) {
        if (joined(chunks, "content", index).includes("<t")) continue;
        if (field === "reasoning_content" && joined(chunks, "reasoning", index) !== "") continue;
        expect(joined(sent, field, index)).toBe(joined(chunks, field, index));
      }
    }
  });

  it("keep a second call where it may stand, and drop it where not", () => {
    const [, recorded = []] = streams.find(([name]) => name === "tools-parallel-stream") ?? [];
    const second = { index: 1, id: "b", type: "function", function: { name: "get_time", arguments: "{}" } };
    const [finish, ...before] = recorded.toReversed();
    const chunks = [...before.toReversed(), chunkOf({ tool_calls: [second] }), finish ?? {}];
    const callsOf = (asked: JsonObject) =>
      deltasOf(runStream(mends, chunks, factsOf(asked)).sent)
        .flatMap((delta) => objectsIn(delta["tool_calls"]))
        .filter((piece) => "id" in piece);
    expect(callsOf({ tools: weatherTools })).toHaveLength(2);
    expect(callsOf({ tools: weatherTools, parallel_tool_calls: false })).toHaveLength(1);
  });

  it("find the call that LM Studio left in the text", () => {
    const [, chunks = []] = lmStudio.find(([name]) => name.includes("in the text")) ?? [];
    const { sent } = runStream(mends, chunks, factsOf({ tools: weatherTools }));
    expect(joined(sent, "content")).toBe("See: ");
    expect(finishesOf(sent)).toEqual(["tool_calls"]);
  });

  it("leave nothing to mend behind: a second pass changes nothing", () => {
    for (const [, chunks] of [...streams, ...lmStudio]) {
      const { sent } = runStream(mends, chunks);
      expect(runStream(mends, sent).sent).toEqual(sent);
    }
    for (const [, body] of answers) {
      expect(runAnswer(mends, runAnswer(mends, body).body).applied).toEqual([]);
    }
  });

  it.each(answers)("make a well-formed answer of %s", (_name, before) => {
    const { body } = runAnswer(mends, before, factsOf({ tools: weatherTools }));
    expect(body).not.toHaveProperty("timings");
    expect(messageOf(body)).toMatchObject({ role: "assistant", content: expect.any(String), refusal: null });
    expect(messageOf(body)["content"]).toBe(messageOf(before)["content"]);
    expect(messageOf(body)["tool_calls"]).toEqual(messageOf(before)["tool_calls"]);
    expect(objectsIn(body["choices"])[0]).toMatchObject({ index: 0, logprobs: null });
  });
});
