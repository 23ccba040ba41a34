/** Recorded streams, cut at every byte: the same frames, the same rewritten bytes, the same meaning. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeModelName, replaceModelInFrame } from "../../src/protocol/openai/splice.ts";
import { createFrameSplitter } from "../../src/sse/frames.ts";
import { isDone, parseFrame, readData } from "../../src/sse/parse.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const newName = 'alias "ü" 😀';
const encodedName = encodeModelName(newName);

const recorded: readonly (readonly [string, readonly string[]])[] = [
  ["chat-stream", ["model"]],
  ["chat-stream-usage", ["model"]],
  ["chat-n2-stream", ["model"]],
  ["tools-parallel-stream", ["model"]],
  ["think-stream", ["model"]],
  ["completion-stream", ["model"]],
  ["responses-stream", ["response", "model"]],
  ["responses-tools-stream", ["response", "model"]],
  ["messages-stream", ["message", "model"]],
];

const chunk = (text: string) =>
  `{"id":"1","model":"tiny","choices":[{"delta":{"content":${JSON.stringify(text)}}}]}`;
const handMade: readonly (readonly [string, string])[] = [
  ["CRLF", `data: ${chunk("a")}\r\n\r\ndata: ${chunk("b")}\r\n\r\ndata: [DONE]\r\n\r\n`],
  ["CR", `data: ${chunk("a")}\r\rdata: ${chunk("b")}\r\rdata: [DONE]\r\r`],
  [
    "mixed line ends",
    `data: ${chunk("a")}\r\n\ndata: ${chunk("b")}\n\r\ndata: ${chunk("c")}\r\r\ndata: [DONE]\n\r`,
  ],
  ["comments", `: start\n\n: more\ndata: ${chunk("a")}\n\n:\n\ndata: [DONE]\n\n`],
  ["event names", `event: x\ndata: ${chunk("a")}\nid: 7\nretry: 1\n\nevent: done\ndata: [DONE]\n\n`],
  [
    "several data lines",
    `data: {"id":"1",\ndata: "model":"tiny",\r\nid: 3\rdata:"choices":[]}\n\ndata: [DONE]\n\n`,
  ],
  ["no [DONE] and an unfinished end", `data: ${chunk("a")}\n\ndata: {"model":"ti`],
  ["no last blank line", `data: ${chunk("a")}\n\ndata: ${chunk("b")}`],
  ["a BOM", `\u{feff}data: ${chunk("a")}\n\ndata: [DONE]\n\n`],
  ["letters of several bytes", `data: ${chunk("日本語 é")}\n\ndata: ${chunk("😀👩‍👩‍👧")}\n\ndata: [DONE]\n\n`],
  ["blank lines between", `\n\r\n\rdata: ${chunk("a")}\n\n\n\n\r\ndata: [DONE]\n\n`],
];

const streams = [
  ...recorded.map(([name, path]) => ({
    name,
    path,
    // A plain array of bytes: a view of Node's shared buffer pool would hide mistakes with offsets.
    bytes: new Uint8Array(readFileSync(new URL(`../fixtures/llama-server/${name}.sse`, import.meta.url))),
  })),
  ...handMade.map(([name, text]) => ({ name, path: ["model"], bytes: encoder.encode(text) })),
];

/** Sends a stream through splitter, parser and splice, cut at the given places. */
function run(bytes: Uint8Array, cuts: readonly number[], path: readonly string[]) {
  const splitter = createFrameSplitter();
  const frames: Uint8Array[] = [];
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    // A copy of its own for each chunk, as a socket gives it.
    frames.push(...splitter.push(bytes.slice(start, cut)));
    start = cut;
  }
  frames.push(splitter.end());
  const rewritten = frames.map((frame) => replaceModelInFrame(frame, parseFrame(frame), path, encodedName));
  return { frames, joined: Buffer.concat(frames), rewritten: Buffer.concat(rewritten) };
}

/** What data means: its JSON value, or the text itself when it is no JSON. */
function readMeaning(data: string): { json?: unknown; text?: string } {
  try {
    return { json: JSON.parse(data) };
  } catch {
    return { text: data };
  }
}

/** The same rewriting the slow way: parse, then set the one field where it stands. */
function readMeaningWithNewName(data: string, path: readonly string[]): { json?: unknown; text?: string } {
  const meaning = readMeaning(data);
  const last = path.at(-1) ?? "";
  let place = meaning.json as Record<string, unknown> | undefined;
  for (const key of path.slice(0, -1)) place = place?.[key] as Record<string, unknown> | undefined;
  if (place !== undefined && last in place) place[last] = newName;
  return meaning;
}

describe.each(streams)("$name", ({ bytes, path }) => {
  const whole = run(bytes, [], path);

  /** Whether this cutting changes nothing. Bytes are compared by Buffer: toEqual would take minutes. */
  function isSame(cuts: readonly number[]): boolean {
    const cut = run(bytes, cuts, path);
    return Buffer.compare(cut.joined, bytes) === 0 && Buffer.compare(cut.rewritten, whole.rewritten) === 0;
  }

  test("uncut: frames make up the input, and only the model differs in what they mean", () => {
    expect(Buffer.compare(whole.joined, bytes)).toBe(0);
    let replaced = 0;
    for (const frame of whole.frames) {
      const parsed = parseFrame(frame);
      const result = replaceModelInFrame(frame, parsed, path, encodedName);
      const after = parseFrame(result);
      expect(after.event).toBe(parsed.event);
      expect(isDone(result, after.data)).toBe(isDone(frame, parsed.data));
      const data = decoder.decode(readData(frame, parsed.data));
      const dataAfter = decoder.decode(readData(result, after.data));
      expect(readMeaning(dataAfter)).toEqual(readMeaningWithNewName(data, path));
      if (result !== frame) replaced += 1;
    }
    expect(replaced).toBe(whole.rewritten.toString().split(JSON.stringify(newName)).length - 1);
  });

  test("cut once at every byte", () => {
    const everyCut = Array.from({ length: bytes.length + 1 }, (_nothing, cut) => cut);
    expect(everyCut.filter((cut) => !isSame([cut]))).toEqual([]);
  });

  test("every byte a chunk", () => {
    expect(isSame(Array.from(bytes, (_byte, index) => index))).toBe(true);
  });

  test("cut at random places", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 40 }), (cuts) => {
        expect(isSame(cuts.sort((a, b) => a - b))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

test("every stream here does hold a model name to replace", () => {
  const counts = streams.map(({ name, bytes, path }) => {
    const text = run(bytes, [], path).rewritten.toString();
    return [name, text.split(JSON.stringify(newName)).length - 1] as const;
  });
  expect(counts.filter(([, count]) => count === 0).map(([name]) => name)).toEqual([]);
});
