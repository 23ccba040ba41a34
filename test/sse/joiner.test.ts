/** What is handed out stays as it is, whatever is joined later. */
import { expect, it } from "vitest";
import { createJoiner } from "../../src/sse/joiner.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

it("joins short and long pieces, and leaves alone what it handed out", () => {
  const joiner = createJoiner();
  const joined: { bytes: Uint8Array; text: string }[] = [];
  for (let round = 0; round < 300; round++) {
    const texts = ["data: ", `${round}`.repeat(round), "é", "\n\n"].slice(0, (round % 4) + 1);
    joined.push({ bytes: joiner.join(texts.map((text) => encoder.encode(text))), text: texts.join("") });
  }
  for (const { bytes, text } of joined) expect(decoder.decode(bytes)).toBe(text);
});

it("makes nothing of nothing, and one of what is longer than it shares", () => {
  const joiner = createJoiner();
  expect(joiner.join([])).toHaveLength(0);
  const long = new Uint8Array(10_000).fill(7);
  expect(joiner.join([long, long])).toEqual(new Uint8Array(20_000).fill(7));
});

it("hands out bytes of their own to be written", () => {
  const joiner = createJoiner();
  const taken = Array.from({ length: 300 }, (_, index) => joiner.take(100).fill(index % 256));
  for (const [index, bytes] of taken.entries()) expect(bytes).toEqual(new Uint8Array(100).fill(index % 256));
});
