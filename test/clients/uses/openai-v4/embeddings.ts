/** Embeddings of `openai` 4, which asks for base64 unless told otherwise. */
import type { OpenAI } from "openai-v4";
import { expect } from "vitest";
import type { UsesOf } from "../subject.ts";

const length = (vector: readonly number[] | undefined) => Math.hypot(...(vector ?? []));

/** Each throws where the SDK's user would not get what OpenAI gives. */
export const embeddingUses: UsesOf<OpenAI> = {
  async "embeddings with the SDK's own defaults"(client, { embeddingModel, dimensions }) {
    const answer = await client.embeddings.create({ model: embeddingModel, input: ["a", "b"] });
    expect(answer).toMatchObject({ object: "list", model: embeddingModel });
    expect(answer.data.map(({ index, object }) => [index, object])).toEqual([
      [0, "embedding"],
      [1, "embedding"],
    ]);
    expect(answer.data.map(({ embedding }) => embedding.length)).toEqual([dimensions, dimensions]);
    for (const { embedding } of answer.data) expect(length(embedding)).toBeCloseTo(1, 4);
    expect(answer.data[0]?.embedding).not.toEqual(answer.data[1]?.embedding);
    expect(answer.usage.total_tokens).toBeGreaterThan(0);
  },
  async "the same vector by default and as floats"(client, { embeddingModel: model }) {
    const packed = await client.embeddings.create({ model, input: "the same text" });
    const plain = await client.embeddings.create({ model, input: "the same text", encoding_format: "float" });
    const own = packed.data[0]?.embedding ?? [];
    const other = plain.data[0]?.embedding ?? [];
    expect(own).toHaveLength(other.length);
    expect(Math.max(...own.map((value, at) => Math.abs(value - (other[at] ?? NaN))))).toBeLessThan(1e-6);
  },
  async "vectors as base64 where they are asked so"(client, { embeddingModel, dimensions }) {
    const { data } = await client.embeddings.create({
      model: embeddingModel,
      input: "a",
      encoding_format: "base64",
    });
    const packed: unknown = data[0]?.embedding;
    const bytes = Buffer.from(typeof packed === "string" ? packed : "", "base64");
    expect(bytes.byteLength).toBe(dimensions * 4);
    const floats = Array.from({ length: dimensions }, (_, at) => bytes.readFloatLE(at * 4));
    expect(length(floats)).toBeCloseTo(1, 4);
  },
  async "shorter embeddings"(client, { embeddingModel }) {
    const { data } = await client.embeddings.create({ model: embeddingModel, input: "a", dimensions: 64 });
    expect(data[0]?.embedding).toHaveLength(64);
    expect(length(data[0]?.embedding)).toBeCloseTo(1, 4);
  },
  async "embeddings of token ids"(client, { embeddingModel: model }) {
    const embed = (input: string[] | number[] | number[][]) =>
      client.embeddings.create({ model, input, encoding_format: "float" });
    const texts = (await embed(["Hello world", "hi"])).data.map(({ embedding }) => embedding);
    const several = await embed([[9906, 1917], [6151]]);
    expect(several.data.map(({ embedding }) => embedding)).toEqual(texts);
    const one = await embed([9906, 1917]);
    expect(one.data.map(({ embedding }) => embedding)).toEqual(texts.slice(0, 1));
  },
  async "many texts, in their order"(client, { embeddingModel: model }) {
    const input = Array.from({ length: 40 }, (_, at) => `text ${at}`);
    const { data } = await client.embeddings.create({ model, input });
    expect(data.map(({ index }) => index)).toEqual(input.map((_, at) => at));
    const last = await client.embeddings.create({ model, input: "text 39" });
    expect(data.at(-1)?.embedding).toEqual(last.data[0]?.embedding);
  },
};
