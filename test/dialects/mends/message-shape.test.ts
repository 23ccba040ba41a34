import { describe, expect, it } from "vitest";
import { messageShape as mend } from "../../../src/dialects/mends/message-shape.ts";
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import { objectsIn } from "../../../src/protocol/openai/parts.ts";
import {
  answerOf,
  chunkOf,
  choicesOf,
  deltasOf,
  factsOf,
  firstOf,
  messageOf,
  runAnswer,
  runStream,
  spoken,
} from "./answers.ts";

const call = (id: string, args = "{}") => ({
  id,
  type: "function",
  function: { name: "f", arguments: args },
});
const toolChunk = (...tool_calls: JsonObject[]) => chunkOf({ tool_calls });
const piecesOf = (chunks: readonly JsonObject[]) =>
  deltasOf(chunks).flatMap((delta) => objectsIn(delta["tool_calls"]));

describe("message-shape in an answer", () => {
  it.each([
    ["null content", { content: null }, { content: "" }],
    ["missing content", {}, { content: "" }],
    [
      "null content with calls",
      { content: null, tool_calls: [call("a")] },
      { content: "", tool_calls: [call("a")] },
    ],
    ["an empty list of calls", { content: "x", tool_calls: [] }, { content: "x" }],
    ["null for calls", { content: "x", tool_calls: null }, { content: "x" }],
    ["a call without a name", { content: "x", tool_calls: [{ id: "", type: "function" }] }, { content: "x" }],
    ["a missing role", { role: undefined, content: "x" }, { content: "x" }],
  ])("mends %s", (_what, before, after) => {
    const { body } = runAnswer([mend], answerOf(before));
    expect(messageOf(body)).toEqual({ role: "assistant", refusal: null, ...after });
  });

  it("fills a call's id and type, and puts arguments in a string", () => {
    const raw = { id: "", function: { name: "f", arguments: { a: 1 } } };
    const [mended] = objectsIn(
      messageOf(runAnswer([mend], answerOf({ tool_calls: [raw] })).body)["tool_calls"],
    );
    expect(mended).toEqual({ ...call("", '{"a":1}'), id: expect.stringMatching(/^call_\w{24}$/) });
  });

  it("fills index and logprobs, and keeps what it does not know", () => {
    const message = { role: "assistant", content: "x", refusal: null, annotations: [] };
    const { body } = runAnswer([mend], {
      ...answerOf({}),
      choices: [{ message, finish_reason: "stop", mood: "good" }],
    });
    expect(firstOf(body)).toEqual({ index: 0, message, logprobs: null, finish_reason: "stop", mood: "good" });
  });

  it("leaves OpenAI's own shape alone", () => {
    expect(
      runAnswer([mend], answerOf({ content: "x", refusal: null, tool_calls: [call("a")] })).applied,
    ).toEqual([]);
  });
});

describe("message-shape in a stream", () => {
  it("has the role in the first delta of each choice only", () => {
    const { sent } = runStream(
      [mend],
      [spoken("a"), spoken("b"), chunkOf({ content: "c" }, null, 1), chunkOf({}, "stop")],
    );
    expect(deltasOf(sent)).toEqual([{ role: "assistant", content: "a" }, { content: "b" }, {}]);
    expect(deltasOf(sent, 1)).toEqual([{ role: "assistant", content: "c" }]);
  });

  it("never has null content, and swallows a chunk that says nothing more", () => {
    const opening = chunkOf({ role: "assistant", content: null });
    const { sent } = runStream(
      [mend],
      [opening, opening, chunkOf({ content: null, reasoning_content: "r" })],
    );
    expect(deltasOf(sent)).toEqual([{ role: "assistant", content: "" }, { reasoning_content: "r" }]);
  });

  it("keeps usage that comes with a chunk that says nothing more", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 };
    const { sent } = runStream([mend], [spoken("a"), { ...chunkOf({ role: "assistant" }), usage }]);
    expect(sent.at(-1)).toEqual({ ...chunkOf({}), choices: [], usage });
  });

  it("has id, type and name in the first piece of a call only", () => {
    const { sent } = runStream(
      [mend],
      [
        toolChunk({ index: 0, id: "a", function: { name: "f" } }),
        toolChunk({ index: 0, id: "a", type: "function", function: { name: "", arguments: "{" } }),
        toolChunk({ index: 0, type: "function", function: { name: "f", arguments: "}" } }),
      ],
    );
    expect(piecesOf(sent)).toEqual([
      { index: 0, ...call("a", "") },
      { index: 0, function: { arguments: "{" } },
      { index: 0, function: { arguments: "}" } },
    ]);
  });

  it.each([
    ["without an index", [call("a"), call("b")]],
    [
      "all with the index 0",
      [
        { index: 0, ...call("a") },
        { index: 0, ...call("b") },
      ],
    ],
    [
      "counted from 1",
      [
        { index: 1, ...call("a") },
        { index: 2, ...call("b") },
      ],
    ],
  ])("counts calls that come whole, %s", (_how, calls) => {
    const { sent } = runStream(
      [mend],
      calls.map((one) => toolChunk(one)),
    );
    expect(piecesOf(sent)).toEqual([
      { index: 0, ...call("a") },
      { index: 1, ...call("b") },
    ]);
    expect(piecesOf(runStream([mend], [toolChunk(...calls)]).sent)).toEqual(piecesOf(sent));
  });

  it("waits for a call's name, makes a missing id, and drops empty lists", () => {
    const { sent } = runStream(
      [mend],
      [
        chunkOf({ content: "x", tool_calls: [] }),
        toolChunk({ index: 0, function: { arguments: '{"a"' } }),
        toolChunk({ index: 0, function: { name: "f", arguments: ":1}" } }),
      ],
    );
    expect(deltasOf(sent)[0]).toEqual({ role: "assistant", content: "x" });
    expect(piecesOf(sent)).toEqual([
      { index: 0, ...call("", '{"a":1}'), id: expect.stringMatching(/^call_\w{24}$/) },
    ]);
    expect(deltasOf(sent)).toHaveLength(2);
  });

  it("leaves OpenAI's own stream alone", () => {
    const chunks = [
      chunkOf({ role: "assistant", content: "", refusal: null }),
      chunkOf({ content: "a" }),
      toolChunk({ index: 0, ...call("a", "") }),
      toolChunk({ index: 0, function: { arguments: "{}" } }),
      chunkOf({}, "tool_calls"),
    ];
    const { sent, applied } = runStream([mend], chunks);
    expect(applied).toEqual([]);
    expect(sent).toEqual(chunks);
  });
});

describe("message-shape in completions", () => {
  const facts = factsOf({}, "completions");
  // As llama-server answered (recorded: completion-logprobs).
  const content = [
    {
      id: 656,
      token: '"',
      bytes: [34],
      logprob: -4.5,
      top_logprobs: [{ id: 466, token: " called", logprob: -1.5 }],
    },
    { id: 542, token: " blue", bytes: [32], logprob: -4.25, top_logprobs: [] },
  ];
  const legacy = (offset: number) => ({
    tokens: ['"', " blue"],
    token_logprobs: [-4.5, -4.25],
    top_logprobs: [{ " called": -1.5 }, {}],
    text_offset: [offset, offset + 1],
  });

  it("turns logprobs of chat's format into their own", () => {
    const { body } = runAnswer([mend], { choices: [{ text: '" blue', logprobs: { content } }] }, facts);
    expect(firstOf(body)).toEqual({ index: 0, text: '" blue', logprobs: legacy(0) });
  });

  it("goes on counting offsets from chunk to chunk", () => {
    const chunk = { choices: [{ index: 0, text: '" blue', logprobs: { content }, finish_reason: null }] };
    const { sent } = runStream([mend], [chunk, chunk], facts);
    expect(choicesOf(sent).map((choice) => choice["logprobs"])).toEqual([legacy(0), legacy(6)]);
  });

  it("fills text, index and logprobs, and leaves what is right", () => {
    expect(firstOf(runAnswer([mend], { choices: [{ text: null }] }, facts).body)).toEqual({
      index: 0,
      text: "",
      logprobs: null,
    });
    const right = { choices: [{ index: 0, text: "a", logprobs: legacy(0), finish_reason: "stop" }] };
    expect(runAnswer([mend], right, facts).applied).toEqual([]);
    expect(runStream([mend], [right], facts).applied).toEqual([]);
  });
});
