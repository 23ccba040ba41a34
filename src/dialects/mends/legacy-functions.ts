/** The deprecated `functions` of chat: as tools to the backend, and the answer back as a function call. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeChoices } from "../../protocol/openai/change-choices.ts";
import { changeList, changeObject, objectsIn, without } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

export const legacyFunctions: Mend = {
  id: "legacy-functions",
  title:
    "`functions` and `function_call` become tools, in the history too, and the answer comes back as a `function_call`.",
  source: "OpenAI's deprecated fields; llama-server ignores them (recorded: chat-legacy-functions)",
  kinds: localKinds,
  endpoints: ["chat"],
  request(body) {
    const history = mendHistory(body);
    const current = history ?? body;
    const functions = objectsIn(current["functions"]);
    const choice = current["function_call"];
    if (functions.length === 0 && choice === undefined) return history;
    const rest = without(current, ["functions", "function_call"]) ?? current;
    const tools = functions.map((definition) => ({ type: "function", function: definition }));
    return {
      ...rest,
      ...(tools.length === 0 || "tools" in rest ? {} : { tools }),
      ...(choice === undefined || choice === null || "tool_choice" in rest
        ? {}
        : { tool_choice: toToolChoice(choice) }),
    };
  },
  answer(body, { asked }) {
    if (!("functions" in asked)) return undefined;
    return changeChoices(body, (choice) => {
      const message = changeObject(choice, "message", toFunctionCall);
      return message === undefined ? undefined : withFinish(message);
    });
  },
  stream: ({ asked }) => ({
    chunk(chunk) {
      if (!("functions" in asked)) return undefined;
      const changed = changeChoices(chunk, (choice) => {
        const delta = changeObject(choice, "delta", toFunctionCall);
        return choice["finish_reason"] === "tool_calls" ? withFinish(delta ?? choice) : delta;
      });
      return changed === undefined ? undefined : [changed];
    },
  }),
};

function toToolChoice(choice: unknown): unknown {
  return isJsonObject(choice) ? { type: "function", function: { name: choice["name"] } } : choice;
}

/** An assistant's call and the function's result get the same id, which neither had. */
function mendHistory(body: JsonObject): JsonObject | undefined {
  let calls = 0;
  return changeList(body, "messages", (message) => {
    if (message["role"] === "assistant" && isJsonObject(message["function_call"])) {
      calls++;
      const call = { id: `call_function_${calls}`, type: "function", function: message["function_call"] };
      return { ...without(message, ["function_call"]), tool_calls: [call] };
    }
    if (message["role"] !== "function") return undefined;
    return { ...message, role: "tool", tool_call_id: `call_function_${Math.max(1, calls)}` };
  });
}

/** Only the first call fits: there was never more than one. */
function toFunctionCall(part: JsonObject): JsonObject | undefined {
  if (!("tool_calls" in part)) return undefined;
  const rest = without(part, ["tool_calls"]) ?? part;
  const first = objectsIn(part["tool_calls"]).find(
    (call) => call["index"] === undefined || call["index"] === 0,
  );
  return first === undefined ? rest : { ...rest, function_call: first["function"] };
}

function withFinish(choice: JsonObject): JsonObject {
  return choice["finish_reason"] === "tool_calls" ? { ...choice, finish_reason: "function_call" } : choice;
}
