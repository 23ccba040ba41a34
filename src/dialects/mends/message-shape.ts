/** The shape of messages and deltas that strict clients rely on. Knows no request. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeChoices, indexOf, perChoice } from "../../protocol/openai/change-choices.ts";
import { without } from "../../protocol/openai/parts.ts";
import { toolDelta } from "../../protocol/openai/tool-delta.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const messageShape: Mend = {
  id: "message-shape",
  title:
    "Messages have role, text content, `refusal` and `logprobs` and no empty `tool_calls`; deltas name role, id and tool once.",
  source:
    "BT#676, BT#1318, opencode#4255, vercel/ai#5350, hass_local_openai_llm#67; llama-server (recorded: chat-stream)",
  kinds: localKinds,
  endpoints: ["chat", "completions"],
  answer: (body) =>
    changeChoices(body, (choice, index) => {
      const { message } = choice;
      if (!isJsonObject(message)) return complete(choice, { text: "", index, logprobs: null });
      const shaped = shapeMessage(message);
      return complete(
        shaped === undefined ? choice : { ...choice, message: shaped },
        { index, logprobs: null },
        shaped !== undefined,
      );
    }),
  stream() {
    const choices = perChoice(() => ({ hasRole: false, tools: toolDelta() }));
    return {
      chunk(chunk) {
        const changed = changeChoices(chunk, (choice, position) => {
          const index = indexOf(choice, position);
          const { delta } = choice;
          if (!isJsonObject(delta)) return complete(choice, { index });
          const state = choices(index);
          const shaped = shapeDelta(delta, state);
          return complete(
            shaped === undefined ? choice : { ...choice, delta: shaped },
            { index },
            shaped !== undefined,
          );
        });
        return changed === undefined ? undefined : [changed];
      },
    };
  },
};

/** Fills what is missing; undefined where nothing was and nothing had been changed before. */
function complete(choice: JsonObject, defaults: JsonObject, wasChanged = false): JsonObject | undefined {
  const isWhole = Object.keys(defaults).every((key) => choice[key] !== undefined);
  return isWhole && !wasChanged ? undefined : { ...defaults, ...choice };
}

function shapeMessage(message: JsonObject): JsonObject | undefined {
  const hasEmptyCalls = Array.isArray(message["tool_calls"]) && message["tool_calls"].length === 0;
  const isWhole = "role" in message && typeof message["content"] === "string" && "refusal" in message;
  if (isWhole && !hasEmptyCalls) return undefined;
  const rest = hasEmptyCalls ? (without(message, ["tool_calls"]) ?? message) : message;
  return { role: "assistant", refusal: null, ...rest, content: rest["content"] ?? "" };
}

interface DeltaState {
  hasRole: boolean;
  readonly tools: ReturnType<typeof toolDelta>;
}

function shapeDelta(delta: JsonObject, state: DeltaState): JsonObject | undefined {
  const drop: string[] = [];
  const isFirst = !state.hasRole;
  state.hasRole = true;
  if (!isFirst && "role" in delta) drop.push("role");
  if (delta["content"] === null && !isFirst) drop.push("content");
  if (Array.isArray(delta["tool_calls"]) && delta["tool_calls"].length === 0) drop.push("tool_calls");
  const kept = without(delta, drop);
  const shaped = state.tools(kept ?? delta) ?? kept;
  if (!isFirst) return shaped;
  const current = shaped ?? delta;
  if (current["role"] !== undefined && current["content"] !== null) return shaped;
  return { role: "assistant", ...current, ...(current["content"] === null ? { content: "" } : {}) };
}
