/** A required tool call that did not come. What is done stands in the pipeline: it takes a second request. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { functionName, objectsIn } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";

export const requiredToolRetry: Mend = {
  id: "required-tool-retry",
  title:
    "An answer with neither text nor call, although a call was required, is asked for once more as `auto` with a hint.",
  source: "BT#1904, hindsight#1563, hindsight#1877",
  kinds: ["lmstudio", "vllm"],
  endpoints: ["chat"],
  applies: ({ asked }) => asked["stream"] !== true && isCallRequired(asked["tool_choice"]),
};

function isCallRequired(choice: unknown): boolean {
  return choice === "required" || (isJsonObject(choice) && choice["type"] === "function");
}

/** The system message that asks for a call where `tool_choice` does not. */
export function toolHint(tools: readonly JsonObject[]): JsonObject {
  const [only, another] = tools.map(functionName);
  const which = another === undefined && only !== undefined ? `the tool ${only}` : "one of the tools";
  return { role: "system", content: `Answer by calling ${which}, and by nothing else.` };
}

/** Whether an answer says nothing at all. */
export function isEmptyAnswer(answer: JsonObject): boolean {
  const messages = objectsIn(answer["choices"]).map(({ message }) => (isJsonObject(message) ? message : {}));
  return messages.every((message) => {
    const { content } = message;
    const hasText = typeof content === "string" && content.trim() !== "";
    return !hasText && objectsIn(message["tool_calls"]).length === 0;
  });
}

/** The request for the second try. */
export function withToolHint(asked: JsonObject): JsonObject {
  const { tool_choice: choice, ...rest } = asked;
  const named =
    isJsonObject(choice) && isJsonObject(choice["function"]) ? choice["function"]["name"] : undefined;
  const messages = Array.isArray(asked["messages"]) ? asked["messages"] : [];
  const tools = objectsIn(asked["tools"]).filter(
    (tool) => named === undefined || functionName(tool) === named,
  );
  return { ...rest, tools, tool_choice: "auto", messages: [toolHint(tools), ...messages] };
}
