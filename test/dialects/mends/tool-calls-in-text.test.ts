import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toolCallsInText as mend } from "../../../src/dialects/mends/tool-calls-in-text.ts";
import { isJsonObject, type JsonObject } from "../../../src/protocol/openai/fields.ts";
import { objectsIn } from "../../../src/protocol/openai/parts.ts";
import {
  answerOf,
  chunkOf,
  cut,
  deltasOf,
  factsOf,
  finishesOf,
  firstOf,
  joined,
  messageOf,
  runAnswer,
  runStream,
  spoken,
  weatherTools,
} from "./answers.ts";

const facts = factsOf({ tools: weatherTools });
const oslo = '{"name": "get_weather", "arguments": {"city": "Oslo"}}';

/** Names and arguments of all calls, the pieces of a stream put together. */
const callsIn = (parts: readonly JsonObject[]) =>
  parts
    .flatMap((part) => objectsIn(part["tool_calls"]))
    .map((call) => (isJsonObject(call["function"]) ? call["function"] : {}))
    .map((call) => [call["name"], JSON.parse(String(call["arguments"]))]);

const markups: readonly (readonly [string, string, readonly unknown[]])[] = [
  ["<tool_call>", `<tool_call>\n${oslo}\n</tool_call>`, [["get_weather", { city: "Oslo" }]]],
  [
    "two of them",
    `<tool_call>${oslo}</tool_call>\n<tool_call>{"name":"get_time","arguments":{}}</tool_call>`,
    [
      ["get_weather", { city: "Oslo" }],
      ["get_time", {}],
    ],
  ],
  ["[TOOL_REQUEST]", `[TOOL_REQUEST]${oslo}[END_TOOL_REQUEST]`, [["get_weather", { city: "Oslo" }]]],
  ["<|tool_call|>", `<|tool_call|>${oslo}`, [["get_weather", { city: "Oslo" }]]],
  ["<|tool_call|> with its end", `<|tool_call|>[${oslo}]<|/tool_call|>`, [["get_weather", { city: "Oslo" }]]],
  [
    "<function=…> around JSON",
    '<function=get_weather>{"city":"Oslo"}</function>',
    [["get_weather", { city: "Oslo" }]],
  ],
  [
    "<function=…> around parameters",
    "<tool_call>\n<function=get_weather>\n<parameter=city>\n0150\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
    [["get_weather", { city: "0150", days: 3 }]],
  ],
  [
    "<arg_key> pairs",
    "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</tool_call>",
    [["get_weather", { city: "Oslo", days: 2 }]],
  ],
  ["[TOOL_CALLS]", `[TOOL_CALLS][${oslo}]`, [["get_weather", { city: "Oslo" }]]],
  [
    "[TOOL_CALLS] with [ARGS]",
    '[TOOL_CALLS]get_weather[ARGS]{"city":"Oslo"}',
    [["get_weather", { city: "Oslo" }]],
  ],
  ["bare JSON", oslo, [["get_weather", { city: "Oslo" }]]],
  [
    "bare JSON with parameters",
    '{"type":"function","name":"get_weather","parameters":{"city":"Oslo"}}',
    [["get_weather", { city: "Oslo" }]],
  ],
  ["a call without its closing marker", `<tool_call>${oslo}`, [["get_weather", { city: "Oslo" }]]],
  [
    "arguments in a string",
    '<tool_call>{"name":"get_weather","arguments":"{\\"city\\":\\"Oslo\\"}"}</tool_call>',
    [["get_weather", { city: "Oslo" }]],
  ],
];

const notCalls: readonly (readonly [string, string])[] = [
  ["a tool that was not offered", '<tool_call>{"name":"rm","arguments":{}}</tool_call>'],
  ["a call that is cut off", '<tool_call>{"name":"get_weather","arg'],
  ["prose about the markup", "Write <tool_call> and then JSON, or [TOOL_REQUEST] as LM Studio has it."],
  ["JSON that names no tool", '{"name":"Ada","arguments":{}}'],
  ["JSON with something behind it", `${oslo} is what I would call`],
  ["a call in the reasoning", `<think><tool_call>${oslo}</tool_call></think>No.`],
  ["broken JSON", "<tool_call>{name: get_weather}</tool_call>"],
  ["half a marker at the end", "a < b <tool_"],
];

describe("tool-calls-in-text in an answer", () => {
  it.each(markups)("reads %s", (_what, content, calls) => {
    const { body } = runAnswer([mend], answerOf({ content }), facts);
    expect(callsIn([messageOf(body)])).toEqual(calls);
    expect(messageOf(body)["content"]).toBe("");
    expect(firstOf(body)["finish_reason"]).toBe("tool_calls");
  });

  it("keeps the text around a call, and gives ids that depend on the answer alone", () => {
    const answer = answerOf({ content: `Let me see.\n<tool_call>${oslo}</tool_call>` });
    const message = messageOf(runAnswer([mend], answer, facts).body);
    expect(message["content"]).toBe("Let me see.");
    const [call] = objectsIn(message["tool_calls"]);
    expect(call?.["id"]).toMatch(/^call_[0-9A-Za-z]{24}$/);
    expect(messageOf(runAnswer([mend], answer, facts).body)).toEqual(message);
    expect(
      objectsIn(messageOf(runAnswer([mend], { ...answer, id: "b" }, facts).body)["tool_calls"])[0]?.["id"],
    ).not.toBe(call?.["id"]);
  });

  it.each(notCalls)("leaves %s as it is", (_what, content) => {
    expect(runAnswer([mend], answerOf({ content }), facts).applied).toEqual([]);
  });

  it("never makes good an answer that was cut by length", () => {
    const { body } = runAnswer(
      [mend],
      answerOf({ content: `<tool_call>${oslo}</tool_call>` }, "length"),
      facts,
    );
    expect(firstOf(body)["finish_reason"]).toBe("length");
  });

  it.each([[{}], [{ tools: [] }], [{ tools: weatherTools, tool_choice: "none" }]])(
    "does nothing when asked %j",
    (asked) => {
      const answer = answerOf({ content: `<tool_call>${oslo}</tool_call>` });
      expect(runAnswer([mend], answer, factsOf(asked)).applied).toEqual([]);
    },
  );
});

describe("tool-calls-in-text in a stream", () => {
  it.each(markups)("reads %s, however it is cut", (_what, content, calls) => {
    for (const length of [1, 2, 5, 1000]) {
      const { sent } = runStream([mend], [...cut(content, [length]).map(spoken), chunkOf({}, "stop")], facts);
      expect(callsIn(deltasOf(sent))).toEqual(calls);
      expect(joined(sent, "content").trim()).toBe("");
      expect(finishesOf(sent)).toEqual(["tool_calls"]);
      const ids = deltasOf(sent).flatMap((delta) => objectsIn(delta["tool_calls"]).map((call) => call["id"]));
      expect(new Set(ids).size).toBe(calls.length);
    }
  });

  it.each(notCalls)("gives out %s as the text it was, however it is cut", (_what, content) => {
    for (const length of [1, 2, 5, 1000]) {
      const { sent } = runStream([mend], [...cut(content, [length]).map(spoken), chunkOf({}, "stop")], facts);
      expect(joined(sent, "content")).toBe(content);
      expect(finishesOf(sent)).toEqual(["stop"]);
    }
  });

  it("sends text that stands before a call at once, and the call as soon as it closes", () => {
    const pieces = ["I look", " it up.<tool", `_call>${oslo}`, "</tool_call>", " Done."];
    const { sentAfter } = runStream([mend], pieces.map(spoken), facts);
    expect(sentAfter.map((sent) => joined(sent, "content"))).toEqual([
      "I look",
      "I look it up.",
      "I look it up.",
      "I look it up.",
      "I look it up. Done.",
    ]);
    expect(sentAfter.map((sent) => callsIn(deltasOf(sent)).length)).toEqual([0, 0, 0, 1, 1]);
  });

  const marked = `<tool_call>${oslo}</tool_call>`;

  it.each([
    [`${marked}\nI called it.\n\n- one\n- two\n`, "\nI called it.\n\n- one\n- two\n"],
    [`So: \n${marked}\n \n${marked}\n`, "So: \n"],
    [`${marked}\n\nThen\n\n${marked}\n\n`, "\n\nThen\n\n"],
    [`${marked} \n`, ""],
  ])(
    "drops of %j only the white space that surrounds the markup, however it is cut",
    (content, spokenText) => {
      const sizes = [[1], [2], [3, 1, 5], [marked.length, 1, 1, 1, 1], [1000]];
      for (const size of sizes) {
        const { sent } = runStream([mend], [...cut(content, size).map(spoken), chunkOf({}, "stop")], facts);
        expect(joined(sent, "content")).toBe(spokenText);
      }
    },
  );

  it("drops the white space behind the last call where a stream ends without a finish, too", () => {
    expect(joined(runStream([mend], [marked, "\n", "\n"].map(spoken), facts).sent, "content")).toBe("");
  });

  it("takes text beside the backend's own calls for text", () => {
    const own = { index: 0, id: "a", type: "function", function: { name: "get_time", arguments: "{}" } };
    const chunks = [spoken("<tool"), chunkOf({ tool_calls: [own] }), spoken(`_call>${oslo}</tool_call>`)];
    const { sent } = runStream([mend], [...chunks, chunkOf({}, "tool_calls")], facts);
    expect(joined(sent, "content")).toBe(`<tool_call>${oslo}</tool_call>`);
    expect(callsIn(deltasOf(sent))).toEqual([["get_time", {}]]);
  });

  it("gives out what it held when a stream ends without a finish", () => {
    expect(joined(runStream([mend], [spoken("a <tool")], facts).sent, "content")).toBe("a <tool");
  });
});

const bits = fc.constantFrom(
  "<tool_call>",
  "</tool_call>",
  oslo,
  "[TOOL_REQUEST]",
  "[TOOL_CALLS]",
  "<function=",
  "get_time>",
  "{",
  "}",
  "<",
  "[",
  "<think>",
  "</think>",
  " ",
  "word",
);
const text = fc
  .array(fc.oneof(bits, fc.string({ maxLength: 8 })), { maxLength: 12 })
  .map((parts) => parts.join(""));
const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });

describe("tool-calls-in-text on any text", () => {
  it("changes nothing where no tools were asked", () => {
    fc.assert(
      fc.property(text, lengths, (content, sizes) => {
        const chunks = [...cut(content, sizes).map(spoken), chunkOf({}, "stop")];
        expect(runStream([mend], chunks).sent).toEqual(chunks);
        expect(runAnswer([mend], answerOf({ content })).applied).toEqual([]);
      }),
    );
  });

  it("finds the same in a stream as in a whole answer", () => {
    fc.assert(
      fc.property(text, lengths, (content, sizes) => {
        const { sent } = runStream([mend], [...cut(content, sizes).map(spoken), chunkOf({}, "stop")], facts);
        const whole = messageOf(runAnswer([mend], answerOf({ content }), facts).body);
        expect(callsIn(deltasOf(sent))).toEqual(callsIn([whole]));
        expect(joined(sent, "content").replaceAll(/\s/g, "")).toBe(
          String(whole["content"]).replaceAll(/\s/g, ""),
        );
      }),
    );
  });

  it("gives out the same white space however a stream is cut", () => {
    const spaced = fc
      .array(fc.constantFrom(`<tool_call>${oslo}</tool_call>`, " ", "\n", "word", "<"), { maxLength: 10 })
      .map((parts) => parts.join(""));
    const contentOf = (pieces: readonly string[]) =>
      joined(runStream([mend], [...pieces.map(spoken), chunkOf({}, "stop")], facts).sent, "content");
    fc.assert(
      fc.property(spaced, lengths, (content, sizes) => {
        expect(contentOf(cut(content, sizes))).toBe(contentOf([content]));
      }),
    );
  });

  it("holds ordinary text back by less than the longest marker", () => {
    const words = fc.string({ maxLength: 80 }).map((rest) => `word${rest.replaceAll(/[<[{]/g, "(")}<tool`);
    fc.assert(
      fc.property(words, lengths, (content, sizes) => {
        const pieces = cut(content, sizes);
        const { sentAfter } = runStream([mend], pieces.map(spoken), facts);
        let given = 0;
        sentAfter.forEach((sent, at) => {
          given += pieces[at]?.length ?? 0;
          expect(given - joined(sent, "content").length).toBeLessThan("[TOOL_REQUEST]".length);
        });
      }),
    );
  });
});
