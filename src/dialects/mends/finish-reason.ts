/** Finish reasons that strict clients do not know. Knows no request. */
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { changeChoices, perChoice } from "../../protocol/openai/change-choices.ts";
import { isJsonObject } from "../../protocol/openai/fields.ts";
import { objectsIn } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

const known: ReadonlySet<unknown> = new Set([
  "stop",
  "length",
  "tool_calls",
  "content_filter",
  "function_call",
]);

export const finishReason: Mend = {
  id: "finish-reason",
  title:
    "Finish reasons are only OpenAI's own: others, empty ones and null in a whole answer become the one that fits.",
  source: "openai-dotnet#340, #342, jan#3946, LocalAI#5102",
  kinds: localKinds,
  endpoints: ["chat", "completions"],
  answer: (body) =>
    changeChoices(body, (choice) => {
      const message = isJsonObject(choice["message"]) ? choice["message"] : {};
      const hasCalls = objectsIn(message["tool_calls"]).length > 0;
      return withReason(choice, fittingReason(choice["finish_reason"], hasCalls));
    }),
  stream() {
    const choices = perChoice(() => ({ hasCalls: false, isFinished: false }));
    return {
      chunk(chunk) {
        const changed = changeChoices(chunk, (choice, index) => {
          const state = choices(index);
          const delta = isJsonObject(choice["delta"]) ? choice["delta"] : {};
          state.hasCalls ||= objectsIn(delta["tool_calls"]).length > 0;
          const reason = choice["finish_reason"];
          if (reason === undefined || reason === null || reason === "" || state.isFinished)
            return withReason(choice, null);
          state.isFinished = true;
          return withReason(choice, fittingReason(reason, state.hasCalls));
        });
        return changed === undefined ? undefined : [changed];
      },
    };
  },
};

function withReason(choice: JsonObject, reason: string | null): JsonObject | undefined {
  return choice["finish_reason"] === reason ? undefined : { ...choice, finish_reason: reason };
}

/** Calls that were sent whole end with `tool_calls`; a length limit stays one, whatever was sent. */
function fittingReason(reason: unknown, hasCalls: boolean): string {
  const word = typeof reason === "string" ? reason.toLowerCase() : "";
  if (known.has(word) && word !== "stop") return word;
  if (/length|max_tokens|limit/.test(word)) return "length";
  return hasCalls ? "tool_calls" : "stop";
}
