/** The deprecated `functions` of chat: as tools to the backend, and the answer back as a function call. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeChoices } from "../../protocol/openai/change-choices.ts";
import { changeList, changeObject, objectsIn, without } from "../../protocol/openai/parts.ts";
import { isEmptyChoice, replaceChoices } from "../../protocol/openai/stream-choices.ts";
import { localKinds } from "../kinds.ts";
import { idleStage, type Mend, type MendStage } from "../mend.ts";

export const legacyFunctions: Mend = {
  id: "legacy-functions",
  title:
    "`functions` and `function_call` become tools, in the history too, and the answer comes back as a `function_call`.",
  source: "OpenAI's deprecated fields; llama-server ignores them (recorded: chat-legacy-functions)",
  kinds: localKinds,
  endpoints: ["chat"],
  looksAt: ["messages", "functions", "function_call"],
  request(body) {
    const history = mendHistory(body);
    const current = history ?? body;
    const functions = objectsIn(current["functions"]);
    const choice = current["function_call"];
    if (functions.length === 0 && !isGiven(choice)) return history;
    const rest = without(current, ["functions", "function_call"]);
    const tools = functions.map((definition) => ({ type: "function", function: definition }));
    return {
      ...rest,
      ...(tools.length === 0 || hasTools(current) ? {} : { tools }),
      ...(!isGiven(choice) || isGiven(current["tool_choice"]) ? {} : { tool_choice: toToolChoice(choice) }),
    };
  },
  answer(body, { asked }) {
    if (!hasAskedByFunctions(asked)) return undefined;
    return changeChoices(body, (choice) => {
      const message = changeObject(choice, "message", toFunctionCall);
      return message === undefined ? undefined : withFinish(message);
    });
  },
  stream: ({ asked }) => (hasAskedByFunctions(asked) ? calling : idleStage),
};

const calling: MendStage = {
  chunk: (chunk) =>
    replaceChoices(chunk, (choice) => {
      const called = changeObject(choice, "delta", toFunctionCall);
      if (choice["finish_reason"] === "tool_calls") return [withFinish(called ?? choice)];
      if (called === undefined) return undefined;
      // The pieces of a second call leave nothing to say.
      return isEmptyChoice(called) ? [] : [called];
    }),
};

/** Null is what serialisers of some languages write for a field that was never set. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A client that sends tools as well reads tool calls. */
function hasAskedByFunctions(asked: JsonObject): boolean {
  return objectsIn(asked["functions"]).length > 0 && !hasTools(asked);
}

function hasTools(body: JsonObject): boolean {
  return objectsIn(body["tools"]).length > 0;
}

function toToolChoice(choice: unknown): unknown {
  return isJsonObject(choice) ? { type: "function", function: { name: choice["name"] } } : choice;
}

/** An assistant's call and the function's result get the same id, which neither had: the place of the call tells it. */
function mendHistory(body: JsonObject): JsonObject | undefined {
  const called: unknown[] = [];
  return changeList(body, "messages", (message) => {
    const { role, function_call: call } = message;
    if (role === "assistant" && isJsonObject(call)) {
      called.push(call["name"]);
      const made = { id: idOf(called.length), type: "function", function: call };
      return { ...without(message, ["function_call"]), tool_calls: [made] };
    }
    if (role !== "function") return undefined;
    const place = called.lastIndexOf(message["name"]) + 1;
    return { ...message, role: "tool", tool_call_id: idOf(place === 0 ? called.length : place) };
  });
}

/** Calls are counted from one; zero is a result that no call was made for. */
function idOf(place: number): string {
  return `call_function_${place}`;
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
