/** Embeddings as LM Studio sends them: floats, whatever is asked. */
import { describe, expect, it } from "vitest";
import { json, post } from "./ask.ts";

const embed = (body: object) => json(post("/v1/embeddings", body));

describe("embeddings", () => {
  it("are unit vectors of 768 numbers, one for each text, in order", async () => {
    const { data, model, object, usage } = await embed({ input: ["one", "two"] });
    expect({ object, model }).toEqual({ object: "list", model: "text-embedding-simulated-nomic" });
    expect(data.map((item: { index: number }) => item.index)).toEqual([0, 1]);
    for (const { embedding } of data) {
      expect(embedding).toHaveLength(768);
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 6);
    }
    expect(usage).toEqual({ prompt_tokens: 0, total_tokens: 0 });
  });

  it("are the same for the same text, and others for another", async () => {
    const { data } = await embed({ input: ["one", "one", "two"] });
    expect(data[0].embedding).toEqual(data[1].embedding);
    expect(data[0].embedding).not.toEqual(data[2].embedding);
  });

  it("stay floats of full length although base64 or fewer dimensions are asked", async () => {
    const { data } = await embed({ input: "one", encoding_format: "base64", dimensions: 8 });
    expect(data[0].embedding).toHaveLength(768);
    expect(data[0].embedding[0]).toBeTypeOf("number");
  });
});
