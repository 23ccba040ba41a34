/** What LangChain does with an embedding model, whichever door it goes through. */
import type { OpenAIEmbeddings } from "@langchain/openai";
import { expect } from "vitest";
import type { Place, Use } from "../client.ts";

/** Makes the model; `settings` are those that the uses differ in. */
type MakeEmbeddings = (place: Place, settings: { dimensions?: number }) => OpenAIEmbeddings;

/** Vectors by the library's default settings, and shorter ones. */
export function embeddingUses(make: MakeEmbeddings): Record<string, Use> {
  return {
    async "embeddings by default settings, one and many alike"(place) {
      const vectors = await make(place, {}).embedDocuments(["a rainy day", "a sunny day", "a windy\nday"]);
      expect(vectors.map(({ length }) => length)).toEqual([1, 2, 3].map(() => place.dimensions));
      expect(Math.hypot(...(vectors[1] ?? []))).toBeCloseTo(1, 4);
      expect(await make(place, {}).embedQuery("a windy day")).toEqual(vectors[2]);
      expect(vectors[0]).not.toEqual(vectors[1]);
    },
    async "shorter embeddings"(place) {
      const vector = await make(place, { dimensions: 64 }).embedQuery("a rainy day");
      expect(vector).toHaveLength(64);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
    },
  };
}
