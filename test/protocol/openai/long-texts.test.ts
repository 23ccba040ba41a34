import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinChunks } from "../../../src/byte-channel.ts";
import { findByteByEngine } from "../../../src/find-byte.ts";
import {
  type LongTexts,
  standInContents,
  takenOutOf,
  takeOutLongTexts,
} from "../../../src/protocol/openai/long-texts.ts";
import { isJsonObject } from "../../../src/protocol/openai/fields.ts";

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const takenOf = (value: unknown) => takeOutLongTexts([encode(value)]);
const search = fc.constantFrom(undefined, { find: findByteByEngine, callBytes: 8 });

/** Each in memory of its own, as a socket gives them. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array<ArrayBuffer>[] {
  const cuts = [0, ...[...places].sort((a, b) => a - b), bytes.byteLength];
  return cuts.slice(1).map((end, index) => bytes.slice(cuts[index], end));
}

/** Whether the texts in their places make the body again, if any was taken out. */
const isWhole = (taken: LongTexts | undefined, body: Uint8Array) =>
  taken === undefined || Buffer.concat(taken.restore(taken.skeleton)).equals(body);

const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
const fieldsOf = (bytes: Uint8Array) => {
  const fields = decode(bytes);
  if (!isJsonObject(fields)) throw new Error("No object.");
  return fields;
};
const chat = (...contents: unknown[]) => ({
  model: "m",
  messages: contents.map((content) => ({ role: "user", content })),
});

const texts: Record<string, string> = {
  "plain text": "word ".repeat(40_000),
  "escapes everywhere": '"\\\n\t'.repeat(30_000),
  "letters of two, three and four bytes": "é—😀 and then some plain words ".repeat(6_000),
  "escaped surrogates": "x\u0001\u0002 plain words between them ".repeat(8_000),
  "no letter of one byte": "語".repeat(40_000),
  "the sign that tokens begin with": "@ @@ @@long @@long-texts ".repeat(8_000),
};

describe("a request with long texts", () => {
  it.each(Object.entries(texts))("of %s comes back byte for byte", (_name, text) => {
    for (const padding of Array.from({ length: 40 }, (_, count) => "a".repeat(count))) {
      const body = encode(chat("Hello.", padding + text, [{ type: "text", text: text + padding }]));
      const taken = takeOutLongTexts([body]);
      expect(isWhole(taken, body)).toBe(true);
    }
  });

  it("is short without them, and still says what stands at their beginning and end", () => {
    const text = `In the beginning, ${"word ".repeat(40_000)}in the end.`;
    const taken = takenOf(chat("Hello.", text));
    expect(taken?.skeleton.byteLength).toBeLessThan(4_000);
    const { messages } = fieldsOf(taken?.skeleton ?? new Uint8Array()) as ReturnType<typeof chat>;
    const short = messages[1]?.content as string;
    expect([short.startsWith("In the beginning, word"), short.endsWith("word in the end.")]).toEqual([
      true,
      true,
    ]);
    expect(short.length + takenOutOf(short)).toBe(text.length);
  });

  it("is whole again wherever the texts were put, as often as they are there", () => {
    const [one = "", two = ""] = Object.values(texts);
    const taken = takenOf(chat(one, two));
    if (taken === undefined) throw new Error("Nothing was taken out.");
    const { messages } = fieldsOf(taken.skeleton) as ReturnType<typeof chat>;
    const [first, second] = messages.map(({ content }) => content);
    const joined = {
      model: "other",
      messages: [{ role: "user", content: `${second}\n\n${first} and ${second}` }],
    };
    expect(decode(joinChunks(taken.restore(encode(joined))))).toEqual({
      model: "other",
      messages: [{ role: "user", content: `${two}\n\n${one} and ${two}` }],
    });
    expect(decode(joinChunks(taken.restore(encode({ dropped: true }))))).toEqual({ dropped: true });
  });

  it.each(Object.entries(texts))("of %s is the same in whatever pieces it comes", (_name, text) => {
    const body = encode(chat("Hello.", text, [{ type: "text", text }]));
    const whole = takeOutLongTexts([body]);
    const cuts = fc.array(fc.nat(body.byteLength), { maxLength: 30 });
    const property = fc.property(cuts, search, (places, fast) => {
      const taken = takeOutLongTexts(cutAt(body, places), fast);
      expect(taken?.skeleton).toEqual(whole?.skeleton);
      expect(isWhole(taken, body)).toBe(true);
    });
    fc.assert(property, { numRuns: 30 });
  });

  it("is not copied", () => {
    const pieces = cutAt(encode(chat("word ".repeat(40_000))), [50_000, 100_000, 150_000]);
    const taken = takeOutLongTexts(pieces);
    const restored = taken?.restore(taken.skeleton) ?? [];
    const buffers = new Set(pieces.map(({ buffer }) => buffer));
    expect(restored.filter(({ buffer }) => buffers.has(buffer)).length).toBe(4);
  });

  it("gives the same short text for the same long one", () => {
    const text = texts["plain text"];
    const shorts = [chat("Hello.", text), chat("Hello.", text, "Go on.")].map((body) => {
      const { messages } = fieldsOf(takenOf(body)?.skeleton ?? new Uint8Array()) as typeof body;
      return messages[1]?.content;
    });
    expect(shorts[0]).toBe(shorts[1]);
  });
});

describe("nothing is taken out", () => {
  const long = "word ".repeat(40_000);
  it.each<[string, unknown]>([
    ["of a short body", chat("word ".repeat(4_000))],
    ["of many short texts", chat(...Array.from({ length: 400 }, () => "word ".repeat(100)))],
    ["of an image", chat([{ type: "image_url", image_url: { url: `data:image/png;base64,${long}` } }])],
    [
      "of a tool's arguments",
      { messages: [{ role: "assistant", tool_calls: [{ function: { arguments: long } }] }] },
    ],
    ["where the client's words look like a token", chat(long, "@@long-text-0-5-5@@")],
    ["where they look like the beginning of one", chat(long, "@@long-text-")],
  ])("%s", (_name, body) => {
    expect(takenOf(body)).toBeUndefined();
  });

  it("of what is no JSON", () => {
    expect(takeOutLongTexts([new TextEncoder().encode(`{"content":"${long}`)])).toBeUndefined();
    expect(takeOutLongTexts([new Uint8Array(100_000)])).toBeUndefined();
  });
});

it.each<[string, unknown, boolean]>([
  ["a content", { messages: [{ content: "@@long-text-0-9-1@@" }] }, true],
  [
    "a part of a content",
    { messages: [{ content: [{ type: "text", text: "a @@long-text-0-9-1@@ b" }] }] },
    true,
  ],
  ["the content of a part", { messages: [{ content: [{ content: "@@long-text-0-9-1@@" }] }] }, false],
  ["a content that is an object", { messages: [{ content: { text: "@@long-text-0-9-1@@" } }] }, false],
  ["a tool", { messages: [], tools: [{ text: "@@long-text-0-9-1@@" }] }, false],
])("%s is a place for a token: %s", (_name, fields, isPlace) => {
  expect(isJsonObject(fields) && standInContents(fields, 1)).toBe(isPlace);
});
