/** Token counts that clients can read: whole numbers, all there. Knows nothing of when a stream shows them. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { objectsIn } from "../../protocol/openai/parts.ts";
import { estimateUsage, wholeUsage } from "../../protocol/openai/usage.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendFacts, MendStage } from "../mend.ts";

export const usageNumbers: Mend = {
  id: "usage-numbers",
  title:
    "Token counts are whole numbers with a total; where a whole answer has none they are estimated (`x_estimated`).",
  source:
    "openai-dotnet's source (GetInt32); OkGoDoIt's source; LM Studio's REST documents (embeddings tell 0)",
  kinds: localKinds,
  endpoints: ["chat", "completions", "embeddings"],
  answer(body, facts) {
    if ("error" in body) return undefined;
    const { usage } = body;
    if (!isJsonObject(usage) || isUnknown(usage, facts)) return { ...body, usage: estimate(body, facts) };
    return withWholeUsage(body, facts);
  },
  stream: () => completing,
};

const completing: MendStage = {
  chunk(chunk, facts) {
    const changed = withWholeUsage(chunk, facts);
    return changed === undefined ? undefined : [changed];
  },
};

function withWholeUsage(body: JsonObject, { endpoint }: MendFacts): JsonObject | undefined {
  const { usage } = body;
  if (!isJsonObject(usage)) return undefined;
  const whole = wholeUsage(usage, endpoint !== "embeddings");
  return whole === usage ? undefined : { ...body, usage: whole };
}

/** LM Studio counts nothing for embeddings, and says so with zeros. */
function isUnknown(usage: JsonObject, { endpoint, asked }: MendFacts): boolean {
  const hasNone = [usage["prompt_tokens"], usage["total_tokens"]].every((count) => !count);
  return hasNone && (endpoint !== "embeddings" || textOf(asked["input"]) !== "");
}

function estimate(body: JsonObject, { endpoint, asked }: MendFacts): JsonObject {
  if (endpoint === "embeddings") return estimateUsage(textOf(asked["input"]), undefined);
  const input =
    textOf(asked["messages"] ?? asked["prompt"]) + (asked["tools"] ? JSON.stringify(asked["tools"]) : "");
  const output = objectsIn(body["choices"]).map(({ text, message }) =>
    textOf(isJsonObject(message) ? message : text),
  );
  return estimateUsage(input, output.join(""));
}

/** What a model reads of a value: its texts, of messages and tool calls too; images and names of fields are left out. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textOf).join("\n");
  if (!isJsonObject(value)) return "";
  const { content, text, reasoning_content: reasoning, tool_calls: calls, function: inner } = value;
  const { name, arguments: args } = isJsonObject(inner) ? inner : {};
  return [content, text, reasoning, calls, name, args].map(textOf).join("");
}
