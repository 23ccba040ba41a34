/** What we write is read back as it was meant. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { formatComment, formatEvent } from "../../src/sse/format.ts";
import { createFrameSplitter } from "../../src/sse/frames.ts";
import { parseFrame, readData } from "../../src/sse/parse.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

test.each([
  [{ data: "{}" }, "data: {}\n\n"],
  [{ data: "" }, "data: \n\n"],
  [{ event: "error", data: "{}" }, "event: error\ndata: {}\n\n"],
  [{ event: undefined, data: "{}" }, "data: {}\n\n"],
  [{ data: "a\nb\r\nc\rd" }, "data: a\ndata: b\ndata: c\ndata: d\n\n"],
  [{ data: "a\n" }, "data: a\ndata: \n\n"],
  [{ data: " a" }, "data:  a\n\n"],
  [{ event: "a\ndata: b", data: "c" }, "event: a data: b\ndata: c\n\n"],
  [{ data: "é 😀" }, "data: é 😀\n\n"],
])("an event %j", (event, written) => {
  expect(decoder.decode(formatEvent(event))).toBe(written);
});

test.each([
  ["keep-alive", ": keep-alive\n\n"],
  ["", ": \n\n"],
  ["a\ndata: b", ": a\n: data: b\n\n"],
])("a comment %j", (text, written) => {
  expect(decoder.decode(formatComment(text))).toBe(written);
});

test("any event is one frame that reads back with its line ends made LF", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", ":", "\n", "\r", "\r\n", "😀", "\u{feff}") });
  fc.assert(
    fc.property(text, text, (name, data) => {
      const bytes = formatEvent({ event: name, data });
      const frames = createFrameSplitter().push(bytes);
      expect(frames).toHaveLength(1);
      const frame = frames[0] ?? bytes;
      const parsed = parseFrame(frame);
      expect(parsed.event ?? "").toBe(name.replaceAll(/\r\n|\r|\n/g, " "));
      expect(decoder.decode(readData(frame, parsed.data))).toBe(data.replaceAll(/\r\n|\r/g, "\n"));
    }),
  );
});

test("any comment is one frame that says nothing", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const frames = createFrameSplitter().push(formatComment(text));
      expect(frames.map((frame) => parseFrame(frame))).toEqual([{ event: undefined, data: [] }]);
    }),
  );
});
