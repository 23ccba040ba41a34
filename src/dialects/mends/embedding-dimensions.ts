/** Shorter vectors where the backend knows none. Knows no model. */
import { badRequest } from "../../errors.ts";
import { changeList, without } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";

export const embeddingDimensions: Mend = {
  id: "embedding-dimensions",
  title: "`dimensions` is served by the proxy: vectors are cut to it and brought back to length one.",
  source: "llama-server ignores it (recorded: emb-dimensions); LM Studio does not document it",
  kinds: ["lmstudio", "llama-server"],
  endpoints: ["embeddings"],
  applies: ({ asked }) => typeof asked["dimensions"] === "number",
  request(body) {
    if (Number(body["dimensions"]) < 1) {
      throw badRequest("Invalid value for 'dimensions': expected at least 1.", "dimensions", "invalid_value");
    }
    return without(body, ["dimensions"]);
  },
  answer: (body, { asked }) =>
    changeList(body, "data", (item) => {
      const wanted = Number(asked["dimensions"]);
      const { embedding } = item;
      if (!Array.isArray(embedding)) return undefined;
      if (embedding.length < wanted) {
        throw badRequest(
          `Invalid value for 'dimensions': the model's vectors have ${embedding.length}, ${wanted} were asked for.`,
          "dimensions",
          "invalid_value",
        );
      }
      if (embedding.length === wanted) return undefined;
      return { ...item, embedding: normalise(embedding.slice(0, wanted).map(Number)) };
    }),
};

function normalise(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
