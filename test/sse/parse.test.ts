/** What a frame says: its event name and where its data lies. */

import { describe, expect, test } from "vitest";
import { isDone, parseFrame, readData } from "../../src/sse/parse.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function read(text: string) {
  const frame = encoder.encode(text);
  const { event, data } = parseFrame(frame);
  return {
    event,
    lines: data.map(({ start, end }) => decoder.decode(frame.subarray(start, end))),
    joined: decoder.decode(readData(frame, data)),
    done: isDone(frame, data),
  };
}

describe("data lines", () => {
  test.each([
    ["the common frame", "data: {}\n\n", ["{}"]],
    ["no space", "data:{}\n\n", ["{}"]],
    ["only one space is dropped", "data:  {}\n\n", [" {}"]],
    ["spaces at the end stay", "data: {} \n\n", ["{} "]],
    ["empty", "data:\n\n", [""]],
    ["empty after a space", "data: \n\n", [""]],
    ["without a colon", "data\n\n", [""]],
    ["CRLF", "data: {}\r\n\r\n", ["{}"]],
    ["CR", "data: {}\r\r", ["{}"]],
    ["CR within what LF seems to end", "data: a\rdata: b\n\n", ["a", "b"]],
    ["CRLF then LF", "data: {}\r\n\n", ["{}"]],
    ["several", "data: a\ndata: b\ndata\ndata:c\n\n", ["a", "b", "", "c"]],
    ["several with mixed line ends", "data: a\r\ndata: b\rdata: c\n\r\n", ["a", "b", "c"]],
    ["comments, id, retry and unknown fields", ": hi\nid: 1\nretry: 5\nfoo: x\ndata: a\n\n", ["a"]],
    ["another field's longer name", "database: x\ndata2: y\ndat: z\n\n", []],
    ["names are case sensitive", "Data: x\nDATA: y\n\n", []],
    ["a name with a space before", " data: x\n\n", []],
    ["a BOM is skipped", "\u{feff}data: a\n\n", ["a"]],
    ["a BOM and a line end before", "\u{feff}\ndata: a\n\n", ["a"]],
    ["a BOM elsewhere is content", "data: \u{feff}a\n\n", ["\u{feff}a"]],
    ["colons within", "data: a: b:\n\n", ["a: b:"]],
    ["letters of several bytes", "data: 日本 😀 é\n\n", ["日本 😀 é"]],
    ["line ends of other scripts are letters", "data: a\u{2028}b\u{85}c\n\n", ["a\u{2028}b\u{85}c"]],
    ["no line end at all", "data: half", ["half"]],
    ["only a blank line", "\n", []],
    ["only a late LF's CR", "\r", []],
    ["only a comment", ": keep-alive\n\n", []],
    ["nothing", "", []],
    ["a colon first", ":\n\n", []],
  ])("%s", (_name, frame, lines) => {
    expect(read(frame)).toMatchObject({ event: undefined, lines, joined: lines.join("\n") });
  });

  test("one line is handed out as a view, several as a joined copy", () => {
    const one = encoder.encode("data: {}\n\n");
    expect(readData(one, parseFrame(one).data).buffer).toBe(one.buffer);
    const two = encoder.encode("data: {\ndata: }\n\n");
    expect(readData(two, parseFrame(two).data).buffer).not.toBe(two.buffer);
  });
});

describe("event names", () => {
  test.each([
    ["before the data", "event: ping\ndata: {}\n\n", "ping"],
    ["after the data", "data: {}\nevent: ping\n\n", "ping"],
    ["without data", "event: ping\n\n", "ping"],
    ["without a space", "event:ping\n\n", "ping"],
    ["CRLF", "event: ping\r\ndata: {}\r\n\r\n", "ping"],
    ["CR", "event: ping\rdata: {}\r\r", "ping"],
    ["after a BOM", "\u{feff}event: ping\n\n", "ping"],
    ["the last one counts", "event: a\nevent: b\n\n", "b"],
    ["empty is none", "event: a\nevent:\n\n", undefined],
    ["without a colon is none", "event\n\n", undefined],
    ["letters of several bytes", "event: tschüß\n\n", "tschüß"],
    ["another field", "events: a\n\n", undefined],
  ])("%s", (_name, frame, event) => {
    expect(read(frame).event).toBe(event);
  });
});

describe("isDone", () => {
  test.each([
    ["data: [DONE]\n\n", true],
    ["data:[DONE]\n\n", true],
    ["data:   [DONE]  \n\n", true],
    ["data: [DONE]\r\n\r\n", true],
    ["data: [DONE]\r\r", true],
    ["event: x\ndata: [DONE]\n\n", true],
    ["data: [DONE]", true],
    ['data: "[DONE]"\n\n', false],
    ["data: [DONE]]\n\n", false],
    ["data: x[DONE]\n\n", false],
    ["data: [done]\n\n", false],
    ["data: [DONE\n\n", false],
    ["data: [DO\ndata: NE]\n\n", false],
    ["data: [DONE]\ndata:\n\n", false],
    ["data:\n\n", false],
    [": [DONE]\n\n", false],
    ["event: [DONE]\n\n", false],
    ["\n", false],
  ])("%j is %j", (frame, done) => {
    expect(read(frame).done).toBe(done);
  });
});
