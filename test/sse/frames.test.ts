/** Frames come out whole, at once, and without a byte changed, however the stream is cut. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFrameSplitter, defaultMaxFrameBytes, FrameTooLargeError } from "../../src/sse/frames.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function split(chunks: readonly (string | Uint8Array)[], maxFrameBytes?: number) {
  const splitter = createFrameSplitter(maxFrameBytes);
  const perChunk = chunks.map((chunk) =>
    splitter
      .push(typeof chunk === "string" ? encoder.encode(chunk) : chunk)
      .map((frame) => decoder.decode(frame)),
  );
  return { perChunk, rest: decoder.decode(splitter.end()) };
}

function inChunksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += size) chunks.push(bytes.subarray(start, start + size));
  return chunks;
}

describe("where a frame ends", () => {
  test.each([
    ["LF", ["a\n\nb\n\n"], [["a\n\n", "b\n\n"]], ""],
    ["CRLF", ["a\r\n\r\nb\r\n\r\n"], [["a\r\n\r\n", "b\r\n\r\n"]], ""],
    ["CR", ["a\r\rb\r\r"], [["a\r\r", "b\r\r"]], ""],
    ["LF then CRLF", ["a\n\r\nb"], [["a\n\r\n"]], "b"],
    ["CRLF then LF", ["a\r\n\nb"], [["a\r\n\n"]], "b"],
    ["CR then LF is one line end", ["a\r\nb\n\n"], [["a\r\nb\n\n"]], ""],
    ["LF then CR", ["a\n\rb"], [["a\n\r"]], "b"],
    ["CR then CRLF", ["a\r\r\nb"], [["a\r\r\n"]], "b"],
    ["several lines", ["event: x\ndata: 1\ndata: 2\n\n"], [["event: x\ndata: 1\ndata: 2\n\n"]], ""],
    ["a blank line alone", ["\n\n"], [["\n", "\n"]], ""],
    ["a BOM stays", ["\u{feff}data: a\n\nb"], [["\u{feff}data: a\n\n"]], "b"],
    ["nothing", [], [], ""],
    ["an empty chunk", ["a\n", "", "\n"], [[], [], ["a\n\n"]], ""],
    ["no end", ["data: half"], [[]], "data: half"],
    ["one line end is no blank line", ["data: half\n"], [[]], "data: half\n"],
    ["cut between the LFs", ["a\n", "\nb"], [[], ["a\n\n"]], "b"],
    ["cut within CRLF of a line", ["a\r", "\nb\n", "\n"], [[], [], ["a\r\nb\n\n"]], ""],
    ["cut within CRLF of a line, then blank", ["a\r", "\n", "\r\n"], [[], [], ["a\r\n\r\n"]], ""],
    ["cut after CR, the LF comes alone", ["a\r", "\n", "\n"], [[], [], ["a\r\n\n"]], ""],
    ["cut after CR of plain CR lines", ["a\r", "\rb"], [[], ["a\r\r"]], "b"],
  ])("%s", (_name, chunks, perChunk, rest) => {
    expect(split(chunks)).toEqual({ perChunk, rest });
  });

  test("a frame leaves at the CR of its blank line, and the late LF follows as its own piece", () => {
    expect(split(["a\r\n\r", "\nb\r\n\r\n"])).toEqual({
      perChunk: [["a\r\n\r"], ["\n", "b\r\n\r\n"]],
      rest: "",
    });
    expect(split(["a\r\r", "", "\n"])).toEqual({ perChunk: [["a\r\r"], [], ["\n"]], rest: "" });
    expect(split(["a\r\r", "\n\n"])).toEqual({ perChunk: [["a\r\r"], ["\n", "\n"]], rest: "" });
    expect(split(["a\r\r", "b\n\n"])).toEqual({ perChunk: [["a\r\r"], ["b\n\n"]], rest: "" });
  });
});

describe("copies", () => {
  test("frames within a chunk are views of it", () => {
    const chunk = encoder.encode("data: a\n\ndata: b\n\ndata: c");
    const frames = createFrameSplitter().push(chunk);
    expect(frames.map((frame) => frame.buffer === chunk.buffer)).toEqual([true, true]);
    expect(frames.map((frame) => frame.byteOffset)).toEqual([0, 9]);
  });

  test("a frame that has left is not written to by later ones", () => {
    const splitter = createFrameSplitter();
    const frames = Array.from("data: a\n\ndata: b\n\n", (letter) => splitter.push(encoder.encode(letter)));
    expect(frames.flat().map((frame) => decoder.decode(frame))).toEqual(["data: a\n\n", "data: b\n\n"]);
  });

  test("chunks that are Node buffers do as well", () => {
    const splitter = createFrameSplitter();
    const frames = [
      ...splitter.push(Buffer.from("data: a\n\nda")),
      ...splitter.push(Buffer.from("ta: b\r\r")),
    ];
    expect(frames.map((frame) => decoder.decode(frame))).toEqual(["data: a\n\n", "data: b\r\r"]);
  });
});

describe("large frames", () => {
  const mebibyte = 1024 * 1024;

  test("10 MB in chunks of 64 KB", () => {
    const bytes = new Uint8Array(10 * mebibyte + 2).fill(97).fill(10, 10 * mebibyte);
    const splitter = createFrameSplitter();
    const frames = inChunksOf(bytes, 64 * 1024).flatMap((chunk) => splitter.push(chunk));
    expect(frames).toHaveLength(1);
    expect(Buffer.compare(frames[0] ?? bytes.subarray(1), bytes)).toBe(0);
    expect(splitter.end()).toHaveLength(0);
  });

  test("1 MB in chunks of one byte, with line ends of every kind within", () => {
    const bytes = new Uint8Array(mebibyte).fill(97);
    for (let position = 100; position < mebibyte - 100; position += 1000) bytes.set([13, 10], position);
    bytes.set([10, 10], mebibyte - 2);
    const splitter = createFrameSplitter();
    const frames = inChunksOf(bytes, 1).flatMap((chunk) => splitter.push(chunk));
    expect(frames).toHaveLength(1);
    expect(Buffer.compare(frames[0] ?? bytes.subarray(1), bytes)).toBe(0);
  });

  test("a frame at the limit passes, one byte more does not, whole or in pieces", () => {
    expect(defaultMaxFrameBytes).toBe(64 * mebibyte);
    expect(split(["12345678\n\n"], 10).perChunk).toEqual([["12345678\n\n"]]);
    expect(split(["1234", "5678\n", "\n1"], 10)).toEqual({ perChunk: [[], [], ["12345678\n\n"]], rest: "1" });
    expect(() => split(["123456789\n\n"], 10)).toThrow(FrameTooLargeError);
    expect(() => split(["12345", "6789\n\n"], 10)).toThrow(FrameTooLargeError);
    expect(() => split(["12345", "6789", "12"], 10)).toThrow(FrameTooLargeError);
    expect(() => split(["12345678901"], 10)).toThrow(FrameTooLargeError);
    expect(new FrameTooLargeError(10)).toMatchObject({ limitBytes: 10, name: "FrameTooLargeError" });
  });

  test("the limit counts each frame alone", () => {
    const splitter = createFrameSplitter(8);
    const stream = encoder.encode("data: a\n\n".slice(1).repeat(50));
    const frames = inChunksOf(stream, 3).flatMap((chunk) => splitter.push(chunk));
    expect(frames).toHaveLength(50);
  });
});

/** A second opinion, written from the standard's grammar and without chunks. */
function splitBySpecification(text: string): string[] {
  const lines = text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
  const frames: string[] = [];
  let frame = "";
  for (const line of lines) {
    frame += line;
    if (/^[\r\n]+$/.test(line)) {
      frames.push(frame);
      frame = "";
    }
  }
  return frame === "" ? frames : [...frames, frame];
}

test("any text of letters and line ends, in any cut, agrees with the standard's grammar", () => {
  const piece = fc.constantFrom("\r", "\n", "\r\n", "a", "é", "data: {}", "😀");
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 6 }), { maxLength: 12 }), (parts) => {
      const chunks = parts.map((part) => part.join(""));
      const text = chunks.join("");
      const { perChunk, rest } = split(chunks);
      expect(perChunk.flat().join("") + rest).toBe(text);
      const whole = split([text]);
      const wholeFrames = [...whole.perChunk.flat(), whole.rest].filter((frame) => frame !== "");
      expect(wholeFrames).toEqual(splitBySpecification(text));
      // A late LF is the one piece by which a cut stream may differ; put back, the frames are the same.
      const frames: string[] = [];
      let isFirstOfChunk = true;
      for (const chunkFrames of perChunk) {
        isFirstOfChunk = true;
        for (const frame of chunkFrames) {
          const before = frames.at(-1);
          if (isFirstOfChunk && frame === "\n" && before?.endsWith("\r"))
            frames[frames.length - 1] = `${before}\n`;
          else frames.push(frame);
          isFirstOfChunk = false;
        }
      }
      expect(rest === "" ? frames : [...frames, rest]).toEqual(wholeFrames);
    }),
    { numRuns: 2000 },
  );
});
