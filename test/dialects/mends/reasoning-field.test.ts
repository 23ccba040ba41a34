import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reasoningField } from "../../../src/dialects/mends/reasoning-field.ts";
import { createLeakRemover, createThinkSplitter } from "../../../src/protocol/think-markers.ts";
import {
  answerOf,
  chunkOf,
  cut,
  deltasOf,
  factsOf,
  finishesOf,
  joined,
  messageOf,
  runAnswer,
  runStream,
  spoken,
} from "./answers.ts";

const leak = "__LM_STUDIO_INTERNAL_LSEP_SYNTHETIC_REASONING_END_0f3aB9__";

function split(text: string, lengths: readonly number[]) {
  const splitter = createThinkSplitter();
  const parts = [...cut(text, lengths).map((piece) => splitter.push(piece)), splitter.end()];
  return {
    reasoning: parts.map(({ reasoning }) => reasoning).join(""),
    content: parts.map(({ content }) => content).join(""),
  };
}

const splits: readonly (readonly [string, string, string])[] = [
  ["<think>a b</think>c", "a b", "c"],
  ["\n <think>\na\n</think>\n\nc d", "a\n", "c d"],
  ["<think>\n\n</think>\n\nc", "", "c"],
  ["<think>cut off", "cut off", ""],
  ["</think>\nc", "", "c"],
  ["a <think>b</think>c", "", "a <think>b</think>c"],
  ["<thinking>a", "", "<thinking>a"],
  ["<thi", "", "<thi"],
  ["  a", "", "  a"],
  ["<think>a</thin b</think>c </think>", "a</thin b", "c </think>"],
];

describe("createThinkSplitter", () => {
  it.each(splits)("parts %j into %j and %j", (text, reasoning, content) => {
    for (const length of [1, 2, 7, 1000]) expect(split(text, [length])).toEqual({ reasoning, content });
  });

  it("gives the same for any text, however it is cut", () => {
    const bits = fc.constantFrom("<think>", "</think>", "<thi", "nk>", "</", " ", "\n", "word", leak);
    const text = fc.array(fc.oneof(bits, fc.string({ maxLength: 6 })), { maxLength: 10 });
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (parts, lengths) => {
        const whole = parts.join("");
        expect(split(whole, lengths)).toEqual(split(whole, [whole.length]));
        const chunks = (sizes: readonly number[]) => [...cut(whole, sizes).map(spoken), chunkOf({}, "stop")];
        const [one, other] = [lengths, [whole.length]].map((sizes) => {
          const { sent } = runStream([reasoningField], chunks(sizes));
          return [joined(sent, "reasoning_content"), joined(sent, "content"), finishesOf(sent)];
        });
        expect(one).toEqual(other);
      }),
    );
  });
});

describe("createLeakRemover", () => {
  it("removes the marker wherever it is cut, and nothing that only looks like it", () => {
    const text = `a${leak}b __LM_STUDIO __ c_`;
    for (const length of [1, 4, 1000]) {
      const remover = createLeakRemover();
      const pieces = cut(text, [length]).map((piece) => remover.push(piece));
      expect(pieces.join("") + remover.end()).toBe("ab __LM_STUDIO __ c_");
    }
  });
});

describe("reasoning-field in an answer", () => {
  const cases: readonly (readonly [string, object, object])[] = [
    ["reasoning", { content: "c", reasoning: "r" }, { content: "c", reasoning_content: "r" }],
    ["null fields", { content: "c", reasoning: null, reasoning_content: null }, { content: "c" }],
    ["<think>", { content: "<think>r</think>\n\nc" }, { content: "c", reasoning_content: "r" }],
    ["a lone </think>", { content: "r\n</think>\nc" }, { content: "c", reasoning_content: "r" }],
    [
      "the leaked marker",
      { content: `c${leak}`, reasoning_content: `r${leak}` },
      { content: "c", reasoning_content: "r" },
    ],
  ];

  it.each(cases)("puts %s in its place", (_what, before, after) => {
    const { body } = runAnswer([reasoningField], answerOf({ ...before }));
    expect(messageOf(body)).toEqual({ role: "assistant", ...after });
  });

  it.each([
    [{ content: "c" }],
    [{ content: "c", reasoning_content: "r" }],
    [{ content: null, tool_calls: [] }],
    [{ content: "Write <think>x</think> first." }],
    [{ content: "c", reasoning: { effort: "low" } }],
  ])("leaves %j as it is", (message) => {
    expect(runAnswer([reasoningField], answerOf(message)).applied).toEqual([]);
  });

  it("wraps it in the content in inline mode, and leaves it out in drop mode", () => {
    const answer = answerOf({ content: "c", reasoning: "r" });
    expect(
      messageOf(runAnswer([reasoningField], answer, factsOf({}, "chat", { reasoning: "inline" })).body),
    ).toEqual({
      role: "assistant",
      content: "<think>r</think>\n\nc",
    });
    expect(
      messageOf(runAnswer([reasoningField], answer, factsOf({}, "chat", { reasoning: "drop" })).body),
    ).toEqual({
      role: "assistant",
      content: "c",
    });
  });
});

describe("reasoning-field in a stream", () => {
  const streams = {
    field: [
      chunkOf({ role: "assistant", content: "", reasoning: "r1 " }),
      chunkOf({ role: "assistant", content: "", reasoning: "r2" }),
      spoken("c"),
      chunkOf({}, "stop"),
    ],
    markers: [...cut("<think>r1 r2</think>\n\nc", [3]).map(spoken), chunkOf({}, "stop")],
  };

  it.each(Object.entries(streams))("tells reasoning apart that comes in the %s", (_how, chunks) => {
    const { sent } = runStream([reasoningField], chunks);
    expect([joined(sent, "reasoning_content"), joined(sent, "content")]).toEqual(["r1 r2", "c"]);
    expect(deltasOf(sent).some((delta) => "reasoning" in delta)).toBe(false);
    expect(deltasOf(sent).some((delta) => "content" in delta && "reasoning_content" in delta)).toBe(false);
    expect(deltasOf(sent).at(-1)).toEqual({});
    expect(finishesOf(sent)).toEqual(["stop"]);
  });

  it.each(Object.entries(streams))(
    "wraps it in inline mode and drops it in drop mode (%s)",
    (_how, chunks) => {
      const inline = runStream([reasoningField], chunks, factsOf({}, "chat", { reasoning: "inline" })).sent;
      expect(joined(inline, "content")).toBe("<think>r1 r2</think>\n\nc");
      expect(joined(inline, "reasoning_content")).toBe("");
      const drop = runStream([reasoningField], chunks, factsOf({}, "chat", { reasoning: "drop" })).sent;
      expect([joined(drop, "content"), joined(drop, "reasoning_content")]).toEqual(["c", ""]);
    },
  );

  it("closes what it opened when nothing but the finish follows", () => {
    const chunks = [chunkOf({ reasoning: "r" }), chunkOf({}, "length")];
    expect(
      joined(
        runStream([reasoningField], chunks, factsOf({}, "chat", { reasoning: "inline" })).sent,
        "content",
      ),
    ).toBe("<think>r</think>\n\n");
  });

  it("changes no chunk of a plain stream", () => {
    const chunks = [
      spoken("Hello"),
      spoken(" there"),
      chunkOf({ reasoning_content: "r" }),
      chunkOf({}, "stop"),
    ];
    const { sent, applied } = runStream([reasoningField], chunks);
    expect(sent).toEqual(chunks);
    expect(applied).toEqual([]);
  });

  it("gives out before the finish what it had held, role and all", () => {
    const { sent } = runStream([reasoningField], [spoken("<thi"), chunkOf({}, "stop")]);
    expect(deltasOf(sent)).toEqual([{ role: "assistant" }, { content: "<thi" }, {}]);
    expect(joined(runStream([reasoningField], [spoken("a"), spoken("__LM")]).sent, "content")).toBe("a__LM");
  });

  it.each([
    ["Hello", true],
    ["<think>", false],
    ["<think>a</think>b", false],
    ["<", false],
  ])("after %j lets any text pass unread: %s", (text, passes) => {
    const stage = reasoningField.stream?.(factsOf());
    stage?.chunk(spoken(text), factsOf());
    expect(stage?.passesText?.()).toBe(passes);
  });

  it("keeps several choices apart", () => {
    const say = (content: string, index: number) => chunkOf({ content }, null, index);
    const { sent } = runStream(
      [reasoningField],
      [say("<think>a", 1), say("b", 0), say("</think>c", 1), say("</think>", 0)],
    );
    expect([joined(sent, "reasoning_content", 1), joined(sent, "content", 1)]).toEqual(["a", "c"]);
    expect(joined(sent, "content", 0)).toBe("b</think>");
  });
});
