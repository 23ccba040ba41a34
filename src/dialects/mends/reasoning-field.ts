/** Where a model's reasoning stands: in `reasoning_content`, whatever the backend calls it. Knows no request. */
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { changeMessages, chunkWith, indexOf, perChoice } from "../../protocol/openai/change-choices.ts";
import { isJsonObject } from "../../protocol/openai/fields.ts";
import { objectsIn, without } from "../../protocol/openai/parts.ts";
import { createThinkSplitter, splitThought } from "../../protocol/think-splitter.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

/** A marker that LM Studio's engine let slip into texts (any-llm#1167). */
const leakedMarker = /__LM_STUDIO_INTERNAL_LSEP_SYNTHETIC_REASONING_END_[0-9a-f]+__/g;

export const reasoningField: Mend = {
  id: "reasoning-field",
  title:
    "Reasoning is told apart from the answer as `reasoning_content`, whether it came as `reasoning` or as `<think>` text.",
  source: "BT#894, BT#1602, any-llm#1167; Ollama and vLLM since PR #27752",
  kinds: localKinds,
  endpoints: ["chat"],
  answer: (body) =>
    changeMessages(body, (message) => {
      const renamed = renameReasoning(message);
      const current = renamed ?? message;
      const { content } = current;
      if (typeof content !== "string") return renamed;
      const clean = content.replace(leakedMarker, "");
      const thought = splitThought(clean);
      if (thought.reasoning === "" && thought.content === content) return renamed;
      return withThought(current, thought);
    }),
  stream() {
    const splitters = perChoice(createThinkSplitter);
    return {
      passesText: () => splitters.all().every(({ isDone }) => isDone),
      chunk(chunk) {
        const choices = objectsIn(chunk["choices"]);
        const before: JsonObject[] = [];
        let isChanged = false;
        const mended = choices.map((choice, position) => {
          const delta = isJsonObject(choice["delta"]) ? choice["delta"] : {};
          const renamed = renameReasoning(delta);
          const index = indexOf(choice, position);
          const { content } = delta;
          const current = renamed ?? delta;
          let next = renamed;
          // Once the answer itself has begun, its text is its own.
          if (typeof content === "string" && content !== "" && !splitters(index).isDone) {
            const thought = splitters(index).push(content.replace(leakedMarker, ""));
            if (thought.reasoning !== "" || thought.content !== content) next = withThought(current, thought);
          }
          if (typeof choice["finish_reason"] === "string") {
            const rest = splitters(index).end();
            if (rest.reasoning !== "" || rest.content !== "")
              before.push(chunkWith(chunk, index, withThought({}, rest)));
          }
          isChanged ||= next !== undefined;
          return next === undefined ? choice : { ...choice, delta: next };
        });
        if (!isChanged && before.length === 0) return undefined;
        return [...before, { ...chunk, choices: mended }];
      },
    };
  },
};

function renameReasoning(part: JsonObject): JsonObject | undefined {
  const { reasoning } = part;
  if (typeof reasoning !== "string") return undefined;
  const rest = without(part, ["reasoning"]) ?? part;
  return "reasoning_content" in rest ? rest : { ...rest, reasoning_content: reasoning };
}

/** Content that the splitter holds back is left out; the rest of the part stays. */
function withThought(
  part: JsonObject,
  { reasoning, content }: { reasoning: string; content: string },
): JsonObject {
  const rest = without(part, ["content"]) ?? part;
  const earlier = typeof rest["reasoning_content"] === "string" ? rest["reasoning_content"] : "";
  return {
    ...rest,
    ...(reasoning === "" ? {} : { reasoning_content: earlier + reasoning }),
    ...(content === "" && reasoning !== "" ? { content: "" } : content === "" ? {} : { content }),
  };
}
