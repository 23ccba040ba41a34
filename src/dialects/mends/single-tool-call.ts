/** One tool call where the client asked for no more than one at a time. Knows no markup. */
import {
  choiceIndex,
  isEmptyChoice,
  PerChoice,
  replaceChoices,
} from "../../protocol/openai/stream-choices.ts";
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, objectsIn, without } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendStage } from "../mend.ts";

export const singleToolCall: Mend = {
  id: "single-tool-call",
  title:
    "With `parallel_tool_calls: false` only the first tool call of an answer stays; local servers do not limit them.",
  source: "BT#1756; vLLM's documents; llama-server as recorded (tools-multi-parallel-false)",
  kinds: localKinds,
  endpoints: ["chat"],
  applies: ({ asked }) => asked["parallel_tool_calls"] === false,
  answer: (body) =>
    changeList(body, "choices", (choice) =>
      changeObject(choice, "message", (message) => {
        const calls = objectsIn(message["tool_calls"]);
        return calls.length > 1 ? { ...message, tool_calls: calls.slice(0, 1) } : undefined;
      }),
    ),
  stream: () => new FirstCalls(),
};

/** The index of a choice's first call; undefined until it comes. */
interface FirstCall {
  index: number | undefined;
}

class FirstCalls implements MendStage {
  readonly #firsts = new PerChoice<FirstCall>();

  chunk(chunk: JsonObject): readonly JsonObject[] | undefined {
    return replaceChoices(chunk, (choice, index) => {
      const first = this.#firsts.of(index, () => ({ index: undefined }));
      const changed = changeObject(choice, "delta", (delta) => keepFirst(delta, first));
      if (changed === undefined) return undefined;
      return isEmptyChoice(changed) ? [] : [changed];
    });
  }
}

function keepFirst(delta: JsonObject, first: FirstCall): JsonObject | undefined {
  const calls = objectsIn(delta["tool_calls"]);
  if (calls.length === 0) return undefined;
  const kept = calls.filter((call, place) => {
    const index = choiceIndex(call, place);
    first.index ??= index;
    return index === first.index;
  });
  if (kept.length === calls.length) return undefined;
  return kept.length === 0 ? without(delta, ["tool_calls"]) : { ...delta, tool_calls: kept };
}
