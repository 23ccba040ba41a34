/** Structured output that a reasoning model put into its reasoning. Knows no request but the wish for JSON. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import {
  changeDeltas,
  changeMessages,
  chunkWith,
  indexOf,
  perChoice,
} from "../../protocol/openai/change-choices.ts";
import { objectsIn, without } from "../../protocol/openai/parts.ts";
import type { Mend } from "../mend.ts";

export const structuredOutputInReasoning: Mend = {
  id: "structured-output-in-reasoning",
  title:
    "JSON that was asked for and landed in the reasoning, beside empty content, is moved to the content.",
  source: "BT#1698, BT#1773, BT#1971, BT#1684",
  kinds: ["lmstudio"],
  endpoints: ["chat"],
  applies({ asked }) {
    const format = asked["response_format"];
    return isJsonObject(format) && (format["type"] === "json_schema" || format["type"] === "json_object");
  },
  answer: (body) =>
    changeMessages(body, (message) => {
      const text = message["reasoning_content"];
      if (typeof text !== "string" || !isJsonText(text)) return undefined;
      if (typeof message["content"] === "string" && message["content"].trim() !== "") return undefined;
      return { ...without(message, ["reasoning_content"]), content: text };
    }),
  stream() {
    const choices = perChoice(() => ({ held: "", hasContent: false }));
    return {
      passesText: () => choices.all().every(({ hasContent }) => hasContent),
      chunk(chunk) {
        const before: JsonObject[] = [];
        for (const [position, choice] of objectsIn(chunk["choices"]).entries()) {
          const index = indexOf(choice, position);
          const state = choices(index);
          const delta = isJsonObject(choice["delta"]) ? choice["delta"] : {};
          const content = typeof delta["content"] === "string" ? delta["content"] : "";
          const isFinal = typeof choice["finish_reason"] === "string";
          // What was held turns out to be reasoning as soon as there is an answer beside it.
          if (!state.hasContent && state.held !== "" && (content.trim() !== "" || isFinal)) {
            const isAnswer = content.trim() === "" && isJsonText(state.held);
            before.push(
              chunkWith(chunk, index, { [isAnswer ? "content" : "reasoning_content"]: state.held }),
            );
            state.held = "";
          }
          state.hasContent ||= content.trim() !== "";
        }
        const changed = changeDeltas(chunk, (delta, _choice, index) => {
          const state = choices(index);
          if (state.hasContent || typeof delta["reasoning_content"] !== "string") return undefined;
          state.held += delta["reasoning_content"];
          return without(delta, ["reasoning_content"]);
        });
        if (changed === undefined && before.length === 0) return undefined;
        return [...before, changed ?? chunk];
      },
    };
  },
};

function isJsonText(text: string): boolean {
  try {
    return isJsonObject(JSON.parse(text)) || text.trimStart().startsWith("[");
  } catch {
    return false;
  }
}
