/** Vectors are taken out of an answer and put back byte for byte, whatever happened around them. */
import { describe, expect, it } from "vitest";
import { findByteByEngine, findByteByWords } from "../../../src/find-byte.ts";
import { takeOutVectors } from "../../../src/protocol/openai/vectors.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytesOf = (text: string) => encoder.encode(text);

describe.each([
  ["by words", findByteByWords],
  ["by the engine", findByteByEngine],
])("taking out %s", (_how, findByte) => {
  it("leaves each vector's place in its stead", () => {
    const answer =
      '{"data":[{"embedding":[0.10, -2e-3],"index":0},{"embedding" : [\n1\n],"index":1}],"größe":[1,2]}';
    const taken = takeOutVectors(bytesOf(answer), findByte);
    expect(decoder.decode(taken?.skeleton)).toBe(
      '{"data":[{"embedding":[0],"index":0},{"embedding" : [1],"index":1}],"größe":[1,2]}',
    );
    expect(decoder.decode(taken?.restore(taken.skeleton))).toBe(answer);
  });

  it.each([
    ["no vector", '{"data":[]}'],
    ["an empty one", '{"data":[{"embedding":[]}]}'],
    ["a nested one", '{"data":[{"embedding":[[1,2]]}]}'],
    ["one with words", '{"data":[{"embedding":["a]",1]}]}'],
    ["one that is packed", '{"data":[{"embedding":"AACAPw=="}]}'],
    ["one that does not end", '{"data":[{"embedding":[1,2'],
    ["another key's list", '{"embeddings":[1,2],"xembedding":[3]}'],
    ["words alone", '{"text":"\\"embedding\\":[1,2]"}'],
  ])("finds nothing in %s", (_what, answer) => {
    expect(takeOutVectors(bytesOf(answer), findByte)).toBeUndefined();
  });
});

describe("putting back", () => {
  const taken = takeOutVectors(bytesOf('{"data":[{"embedding":[1.50,2]},{"embedding":[3]}]}'));

  it("goes by the places, in JSON that was written anew with other bytes before them", () => {
    const anew = JSON.stringify({
      object: "ℓist",
      ...(JSON.parse(decoder.decode(taken?.skeleton)) as object),
    });
    expect(decoder.decode(taken?.restore(bytesOf(anew)))).toBe(
      '{"object":"ℓist","data":[{"embedding":[1.50,2]},{"embedding":[3]}]}',
    );
  });

  it.each([
    ["one is missing", '{"data":[{"embedding":[0]}]}'],
    ["they changed places", '{"data":[{"embedding":[1]},{"embedding":[0]}]}'],
    ["there is one more", '{"data":[{"embedding":[0]},{"embedding":[1]},{"embedding":[2]}]}'],
  ])("says so where %s", (_what, json) => {
    expect(taken?.restore(bytesOf(json))).toBeUndefined();
  });
});
