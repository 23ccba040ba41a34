/** Tool calls in a text that comes in pieces, however it is cut and however much there is of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownTools } from "../../src/protocol/tool-markup.ts";
import { createToolTextScanner, type TextPart } from "../../src/protocol/tool-text.ts";

const tools: KnownTools = new Map([
  ["write", {}],
  ["write_all", {}],
]);
const call = '{"name":"write","arguments":{}}';

/** What a text comes to in pieces of a length: texts as they are, and the name of each call in angles. */
function read(text: string, length: number): string {
  const scanner = createToolTextScanner(tools);
  const parts: TextPart[] = [];
  for (let at = 0; at < text.length; at += length) parts.push(...scanner.push(text.slice(at, at + length)));
  parts.push(...scanner.end());
  return parts.map((part) => (part.kind === "text" ? part.text : `«${part.call.name}»`)).join("");
}

const filler = "abcd".repeat(50 * 1024);

describe("a text with tool calls", () => {
  it.each([
    [`  ${call}\n`, "«write»"],
    [`{ "name" : "write" ,\n"arguments":{}}`, "«write»"],
    [`{ "id" : 7, "name":"write","arguments":{}}`, "«write»"],
    [`{ "na me" : "write","arguments":{}}`, `{ "na me" : "write","arguments":{}}`],
    [`{"name": 5}`, `{"name": 5}`],
    [`${call} x`, `${call} x`],
    [`<think>${call}</think> ${call}`, `<think>${call}</think>«write»`],
    ["[TOOL_CALLS]write[ARGS]{}[AR", "«write»[AR"],
    ["[TOOL_CALLS]write [ARGS] {}", "«write»"],
    [`[TOOL_CALLS][${call},${call}]!`, "«write»«write»!"],
    [`<|tool_call|>${call} \n<|/tool_call|>.`, "«write»."],
    [`<|tool_call|>${call} <|/tool`, `<|tool_call|>${call} <|/tool`],
    [`<|tool_call|>${call} <|x`, "«write» <|x"],
    [`<|tool_call|>${call} `, "«write»"],
    ["<tool_call> \n<function=write_all></function></tool_call>", "«write_all»"],
    ["<tool_call>write</tool_call></tool_call>", "«write»</tool_call>"],
    ["<tool_call>write_all", "«write_all»"],
    ["<tool_call>writer", "<tool_call>writer"],
    [`<tool_call>{<tool_call>${call}</tool_call>`, "<tool_call>{«write»"],
    ["[TOOL_CALLS]{[TOOL_CALLS]write[ARGS]{}", "[TOOL_CALLS]{«write»"],
  ])("%j comes to %j, however it is cut", (text, parts) => {
    for (const length of [1, 2, 3, 7, 1000]) expect(read(text, length)).toBe(parts);
  });

  const bits = fc.constantFrom(
    ..."<tool_call> </tool_call> <|tool_call|> <|/tool_call|> <function= </function> [TOOL_CALLS] [ARGS]".split(
      " ",
    ),
    ..."<think> </think> write > { } [ ] < x".split(" "),
    call,
    '{"name":"',
    '"',
    "\\",
    " ",
  );

  it("comes to the same in any pieces", () => {
    const texts = fc.array(bits, { maxLength: 12 }).map((all) => all.join(""));
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 9 }), (text, length) => {
        expect(read(text, length)).toBe(read(text, Infinity));
      }),
      { numRuns: 300 },
    );
  });
});

// None of these would come to an end within a test's time if each piece had all before it searched again.
describe("much text in small pieces", () => {
  const long = (before: string, behind: string) => `${before}${filler}${behind}`;

  it.each([
    ["a bare call", long('{"name":"write","arguments":{"a":"', '"}}'), "«write»"],
    ["[TOOL_CALLS]", long('[TOOL_CALLS][{"name":"write","arguments":{"a":"', '"}}]'), "«write»"],
    ["<|tool_call|>", long('<|tool_call|>{"name":"write","arguments":{"a":"', '"}}'), "«write»"],
    [
      "<tool_call>",
      long("<tool_call>write<arg_key>a</arg_key><arg_value>", "</arg_value></tool_call>"),
      "«write»",
    ],
    ["white space in front of a bare call", `${" ".repeat(200_000)}${call}`, "«write»"],
    ["white space in a bare call", `{${" ".repeat(200_000)}${call.slice(1)}`, "«write»"],
    ["white space in a markup", `<tool_call>${" ".repeat(200_000)}${call}`, "«write»"],
    ["white space behind a markup", `<|tool_call|>${call}${" ".repeat(200_000)}<|/tool_call|>`, "«write»"],
  ])("is searched once for %s", (_what, text, parts) => {
    expect(read(text, 4)).toBe(parts);
  });

  it("is given out as it was where it is an ordinary answer in JSON", () => {
    const text = long('{"type":"report","body":"', '"}');
    expect(read(text, 4)).toBe(text);
  });

  it("is no call where it is longer than a markup may be, whatever follows", () => {
    const text = long(`<tool_call>{"name":"write","arguments":{"a":"${filler}`, '"}}</tool_call>');
    for (const length of [1000, Infinity])
      expect(read(`${text}<tool_call>write`, length)).toBe(`${text}«write»`);
  });

  it("does not hide the call in front of it", () => {
    const text = `<tool_call>write</tool_call>${filler}${filler}`;
    for (const length of [1000, Infinity]) expect(read(text, length)).toBe(`«write»${filler}${filler}`);
  });
});

describe("an opening that proves to be none", () => {
  it.each([
    "[TOOL_CALLS]{",
    "<tool_call>{",
    "<tool_call>x",
    "[TOOL_CALLS]",
    "<function=write",
    "<|tool_call|>{} ",
  ])("may stand there as often as it likes: %s", (unit) => {
    const text = unit.repeat(250_000 / unit.length);
    for (const length of [7, Infinity]) expect(read(text, length)).toBe(text);
  });

  it("hides no call while there are not too many of them", () => {
    const text = '<tool_call>{"name":"other","arguments":{}}</tool_call>'.repeat(5000);
    for (const length of [7, Infinity])
      expect(read(`${text}<tool_call>write`, length)).toBe(`${text}«write»`);
  });

  it("leaves the rest of a text unread once too much was searched again, however it is cut", () => {
    const text = `${"[TOOL_CALLS]{".repeat(19_000)}<tool_call>write</tool_call>`;
    for (const length of [7, 1000, Infinity]) expect(read(text, length)).toBe(text);
  });
});
