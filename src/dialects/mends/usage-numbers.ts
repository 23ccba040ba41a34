/** Token counts as integers, with a total. Knows no tokenizer: what is missing is estimated and marked. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

/** A token of English text is about four bytes long; good enough for a number that is marked as estimated. */
const bytesPerToken = 4;

export const usageNumbers: Mend = {
  id: "usage-numbers",
  title:
    "Usage has integers and a total; where a whole answer has none it is estimated and marked with `x_estimated`.",
  source: "C# clients fail on floats (openai-dotnet's source); Ollama and older servers leave it out",
  kinds: localKinds,
  endpoints: ["chat", "completions", "embeddings"],
  answer(body, { asked, endpoint }) {
    const { usage } = body;
    if (isJsonObject(usage)) {
      const mended = mendUsage(usage);
      return mended === undefined ? undefined : { ...body, usage: mended };
    }
    const prompt = estimate(asked["messages"] ?? asked["prompt"] ?? asked["input"]);
    const completion = endpoint === "embeddings" ? 0 : estimate(body["choices"]);
    const completionField = endpoint === "embeddings" ? {} : { completion_tokens: completion };
    const total = prompt + completion;
    return {
      ...body,
      usage: { prompt_tokens: prompt, ...completionField, total_tokens: total, x_estimated: true },
    };
  },
  stream: () => ({
    chunk(chunk) {
      const mended = isJsonObject(chunk["usage"]) ? mendUsage(chunk["usage"]) : undefined;
      return mended === undefined ? undefined : [{ ...chunk, usage: mended }];
    },
  }),
};

function mendUsage(usage: JsonObject): JsonObject | undefined {
  const counts = Object.entries(usage).filter(
    ([, value]) => typeof value === "number" && !Number.isInteger(value),
  );
  const rounded = Object.fromEntries(counts.map(([key, value]) => [key, Math.round(Number(value))]));
  const current = { ...usage, ...rounded };
  if (typeof current["total_tokens"] === "number") return counts.length === 0 ? undefined : current;
  return { ...current, total_tokens: count(current["prompt_tokens"]) + count(current["completion_tokens"]) };
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function estimate(value: unknown): number {
  return Math.ceil((JSON.stringify(value ?? "").length - 2) / bytesPerToken);
}
