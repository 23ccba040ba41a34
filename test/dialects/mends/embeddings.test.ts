/** Embeddings as any client asks for them: token ids in, packed or shortened vectors out. */
import OpenAI from "openai";
import { encode as encodeNewer } from "gpt-tokenizer/encoding/o200k_base";
import { encode } from "gpt-tokenizer/encoding/cl100k_base";
import { describe, expect, it } from "vitest";
import { mendAnswer } from "../../../src/dialects/apply.ts";
import { mendRequest } from "../../../src/dialects/mend-request.ts";
import type { MendFacts } from "../../../src/dialects/mend.ts";
import { embeddingBase64 } from "../../../src/dialects/mends/embedding-base64.ts";
import { embeddingDimensions } from "../../../src/dialects/mends/embedding-dimensions.ts";
import { embeddingTokens } from "../../../src/dialects/mends/token-input.ts";
import { decodeFloats, encodeFloats } from "../../../src/protocol/base64-floats.ts";
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import { mendFacts } from "../../support/mend-facts.ts";

const mends = [embeddingTokens, embeddingBase64, embeddingDimensions];

function factsOf(asked: JsonObject): MendFacts {
  return mendFacts({
    endpoint: "embeddings",
    asked: { model: "text-embedding-3-small", ...asked },
    model: "nomic",
    askedAt: 0,
  });
}

const inputFor = async (asked: JsonObject) => {
  const facts = factsOf(asked);
  const used = mends.filter((mend) => mend.applies?.(facts) ?? true);
  return (await mendRequest(used, facts.asked, facts)).body;
};

function answerFor(asked: JsonObject, embedding: unknown): unknown {
  const facts = factsOf(asked);
  const used = mends.filter((mend) => mend.applies?.(facts) ?? true);
  const { body } = mendAnswer(used, { object: "list", data: [{ index: 0, embedding, extra: 1 }] }, facts);
  const [item] = body["data"] as JsonObject[];
  expect(item).toMatchObject({ index: 0, extra: 1 });
  return item?.["embedding"];
}

describe("token ids", () => {
  it.each([
    ["text-embedding-3-large", encode],
    ["text-embedding-ada-002", encode],
    ["gpt-4", encode],
    ["nomic-embed", encode],
    ["gpt-4o-mini", encodeNewer],
    ["openai/gpt-4.1", encodeNewer],
    ["o3-mini", encodeNewer],
  ])("are decoded by the encoding of the asked model: %s", async (model, encodeText) => {
    const text = "Grüße, 漢字 and 🙂🏳️‍🌈!\n\tfunction () {}";
    expect((await inputFor({ model, input: encodeText(text) }))["input"]).toBe(text);
  });

  it("stay apart and in order, one text a list", async () => {
    const texts = ["one", "two words", "🙂"];
    expect((await inputFor({ input: texts.map((text) => encode(text)) }))["input"]).toEqual(texts);
  });

  it("may be special ones", async () => {
    expect((await inputFor({ input: [...encode("a"), 100257] }))["input"]).toBe("a<|endoftext|>");
  });

  it("leave nothing of a cut letter to the next list, nor to the next request", async () => {
    const [half = 0] = encode("🙂");
    const first = await inputFor({ input: [[half], encode("plain"), encode("🙂")] });
    expect(first["input"]).toEqual(["\uFFFD", "plain", "🙂"]);
    expect((await inputFor({ input: encode("🙂") }))["input"]).toBe("🙂");
  });

  it.each([
    ["an unknown id", [1, 999_999]],
    ["a negative id", [-1]],
    ["an unknown id in a list of lists", [[1], [999_999]]],
    ["an empty list in a list", [[1], []]],
  ])("are refused by name: %s", async (_name, input) => {
    await expect(inputFor({ input })).rejects.toMatchObject({ status: 400, param: "input" });
  });

  it.each([["text"], [["text", "more"]], [[]]])("are not seen in %j", async (input) => {
    expect((await inputFor({ input }))["input"]).toEqual(input);
  });
});

describe("packed vectors", () => {
  const floats = [1, -2, 0.5, 0.1];
  const packed = "AACAPwAAAMAAAAA/zczMPQ==";

  it("are little-endian 32-bit floats", () => {
    expect(encodeFloats(floats)).toBe(packed);
    expect(decodeFloats(packed)).toEqual(floats.map(Math.fround));
  });

  it.each(["base64", "float", undefined, null])("are asked for as floats, for %j", async (format) => {
    expect((await inputFor({ input: "x", encoding_format: format }))["encoding_format"]).toBe("float");
  });

  it("come where the client asked for them, and nowhere else", () => {
    expect(answerFor({ encoding_format: "base64" }, floats)).toBe(packed);
    expect(answerFor({ encoding_format: "base64" }, packed)).toBe(packed);
    for (const encoding_format of ["float", undefined, null]) {
      expect(answerFor({ encoding_format }, floats)).toEqual(floats);
      expect(answerFor({ encoding_format }, packed)).toEqual(floats.map(Math.fround));
    }
  });

  it("leave what is no vector", () => {
    for (const embedding of [null, "not base64!", ["a"], {}]) {
      expect(answerFor({ encoding_format: "base64" }, embedding)).toEqual(embedding);
    }
  });

  it("are read by OpenAI's own client as the floats that they were", async () => {
    const vector = Array.from({ length: 4099 }, (_, index) => Math.fround(Math.sin(index) / 7));
    const client = new OpenAI({
      apiKey: "x",
      fetch: (_url, init) => {
        const asked = JSON.parse(String(init?.body)) as JsonObject;
        const embedding = answerFor(asked, vector);
        return Promise.resolve(
          Response.json({ object: "list", model: "m", data: [{ object: "embedding", index: 0, embedding }] }),
        );
      },
    });
    const { data } = await client.embeddings.create({ model: "text-embedding-3-small", input: "x" });
    expect(data[0]?.embedding).toEqual(vector);
  });
});

describe("dimensions", () => {
  it("are not told to the backend", async () => {
    expect(await inputFor({ input: "x", dimensions: 2 })).not.toHaveProperty("dimensions");
  });

  it("cut vectors and bring them back to length one", () => {
    expect(answerFor({ dimensions: 2 }, [3, 4, 12])).toEqual([0.6, 0.8]);
    expect(answerFor({ dimensions: 2 }, [0, 0, 1])).toEqual([0, 0]);
    expect(answerFor({ dimensions: 3 }, [3, 4, 12])).toEqual([3, 4, 12]);
  });

  it("count before vectors are packed, and for vectors that the backend packed", () => {
    const expected = encodeFloats([0.6, 0.8]);
    expect(answerFor({ dimensions: 2, encoding_format: "base64" }, [3, 4, 12])).toBe(expected);
    expect(answerFor({ dimensions: 2, encoding_format: "base64" }, encodeFloats([3, 4, 12]))).toBe(expected);
    expect(answerFor({ dimensions: 2 }, encodeFloats([3, 4, 12]))).toEqual([0.6, 0.8]);
  });

  it.each([0, -1])("are refused below one: %i", async (dimensions) => {
    await expect(inputFor({ input: "x", dimensions })).rejects.toMatchObject({
      status: 400,
      param: "dimensions",
    });
  });

  it("are refused above what the model has", () => {
    expect(() => answerFor({ dimensions: 4 }, [3, 4, 12])).toThrow(/have 3, 4 were asked for/);
  });
});
