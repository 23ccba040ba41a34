/** Shorter vectors where the backend knows none. Knows no model. */
import { badRequest } from "../../errors.ts";
import { decodeFloats } from "../../protocol/base64-floats.ts";
import { changeList, without } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";

export const embeddingDimensions: Mend = {
  id: "embedding-dimensions",
  title: "`dimensions` is served by the proxy: vectors are cut to it and brought back to length one.",
  source: "llama-server ignores it (recorded: emb-dimensions); LM Studio does not document it",
  kinds: ["lmstudio", "llama-server"],
  endpoints: ["embeddings"],
  applies: ({ asked }) => typeof asked["dimensions"] === "number",
  request(body, { asked }) {
    if (Number(asked["dimensions"]) < 1) throw wrong("expected at least 1");
    return without(body, ["dimensions"]);
  },
  answer: (body, { asked }) =>
    changeList(body, "data", (item) => {
      const wanted = Number(asked["dimensions"]);
      const vector = vectorIn(item["embedding"]);
      if (vector === undefined || vector.length === wanted) return undefined;
      if (vector.length < wanted) {
        throw wrong(`the model's vectors have ${vector.length}, ${wanted} were asked for`);
      }
      return { ...item, embedding: toUnitLength(vector.slice(0, wanted)) };
    }),
};

function wrong(reason: string) {
  return badRequest(`Invalid value for 'dimensions': ${reason}.`, "dimensions", "invalid_value");
}

/** Some backends pack vectors whatever they were asked. */
function vectorIn(embedding: unknown): readonly number[] | undefined {
  if (typeof embedding === "string") return decodeFloats(embedding);
  return Array.isArray(embedding) && embedding.every((value) => typeof value === "number")
    ? embedding
    : undefined;
}

/** A vector of zeros has no direction and stays. */
function toUnitLength(vector: readonly number[]): readonly number[] {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}
