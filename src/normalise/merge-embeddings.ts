/** The answers to parts of one embeddings request as the answer to the whole. Knows no backend. */
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import { objectsIn } from "../protocol/openai/parts.ts";

/** `answers` in the order of the parts; each part's vectors are numbered from 0. */
export function mergeEmbeddings(answers: readonly JsonObject[]): JsonObject {
  const data = answers.flatMap((answer) => inOrder(objectsIn(answer["data"])));
  const usages = answers.map(({ usage }) => usage).filter(isJsonObject);
  return {
    ...answers[0],
    data: data.map((entry, index) => ({ ...entry, index })),
    ...(usages.length === 0 ? {} : { usage: sumNumbers(usages) }),
  };
}

function inOrder(entries: readonly JsonObject[]): readonly JsonObject[] {
  const placeOf = ({ index }: JsonObject) => (typeof index === "number" ? index : Infinity);
  return entries.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function sumNumbers(usages: readonly JsonObject[]): JsonObject {
  const sum: Record<string, unknown> = { ...usages[0] };
  for (const usage of usages.slice(1)) {
    for (const [key, value] of Object.entries(usage)) {
      const before = sum[key];
      sum[key] = typeof value === "number" && typeof before === "number" ? before + value : value;
    }
  }
  return sum;
}
