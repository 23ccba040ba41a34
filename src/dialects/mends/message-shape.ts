/** The keys of choices, messages and deltas, as OpenAI has them. Knows no text and no finish reason. */
import {
  choiceIndex,
  isEmptyChoice,
  PerChoice,
  replaceChoices,
} from "../../protocol/openai/stream-choices.ts";
import { digestCallId } from "../../protocol/digest.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, functionName, objectsIn, without } from "../../protocol/openai/parts.ts";
import { toTextLogprobs } from "../../protocol/openai/text-logprobs.ts";
import { argumentsOf, createToolDeltas, type ToolDeltas } from "../../protocol/openai/tool-deltas.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendStage } from "../mend.ts";

export const messageShape: Mend = {
  id: "message-shape",
  title:
    "Choices, messages and deltas have OpenAI's keys: role, id and tool name once, no null content, no empty `tool_calls`.",
  source:
    "BT#676, BT#1318, opencode#4255, vercel/ai#5350, BT#830, ollama#7881; OkGoDoIt's source; llama-server as recorded",
  kinds: localKinds,
  endpoints: ["chat", "completions"],
  answer: (body, { endpoint }) =>
    changeList(body, "choices", (choice, place) => {
      const filled = withKeys(choice, choiceIndex(choice, place));
      const shaped =
        endpoint === "chat" ? shapeMessage(filled, body["id"]) : shapeText(filled, { offset: 0 });
      return shaped === choice ? undefined : shaped;
    }),
  stream: ({ endpoint }) => (endpoint === "chat" ? new ChatShape() : new TextShape()),
};

function withKeys(choice: JsonObject, index: number): JsonObject {
  if (choice["index"] === index && choice["logprobs"] !== undefined) return choice;
  return { ...choice, index, logprobs: choice["logprobs"] ?? null };
}

function shapeMessage(choice: JsonObject, answerId: unknown): JsonObject {
  const message = isJsonObject(choice["message"]) ? choice["message"] : {};
  const { tool_calls: told, ...others } = message;
  const calls = Array.isArray(told) && told.length > 0 ? wholeCalls(told, choice, answerId) : [];
  const said = {
    ...withoutNulls(others),
    role: "assistant",
    content: message["content"] ?? "",
    refusal: message["refusal"] ?? null,
  };
  const shaped = calls.length > 0 ? { ...said, tool_calls: isSameList(told, calls) } : said;
  return isSame(message, shaped) ? choice : { ...choice, message: shaped };
}

/** OpenAI leaves these out, and its schema knows no null there. */
const neverNull = ["annotations", "function_call", "audio"];

function withoutNulls(message: JsonObject): JsonObject {
  const nulls = neverNull.filter((key) => message[key] === null);
  return without(message, nulls) ?? message;
}

function wholeCalls(told: readonly unknown[], choice: JsonObject, answerId: unknown): readonly JsonObject[] {
  return objectsIn(told)
    .filter((call) => functionName(call) !== undefined)
    .map((call, place) => wholeCall(call, choiceIndex(choice, 0), place, answerId));
}

function wholeCall(call: JsonObject, choice: number, place: number, answerId: unknown): JsonObject {
  const { index, ...rest } = call;
  const inner = isJsonObject(call["function"]) ? call["function"] : {};
  const args = argumentsOf(call) ?? "{}";
  const id =
    typeof call["id"] === "string" && call["id"] !== "" ? call["id"] : digestCallId(answerId, choice, place);
  if (index === undefined && call["id"] === id && call["type"] === "function" && inner["arguments"] === args)
    return call;
  return { ...rest, id, type: "function", function: { ...inner, arguments: args } };
}

/** The list as it came where no part of it was changed. */
function isSameList(before: unknown, after: readonly JsonObject[]): unknown {
  const isUnchanged =
    Array.isArray(before) && before.length === after.length && after.every((item, at) => item === before[at]);
  return isUnchanged ? before : after;
}

function shapeText(choice: JsonObject, state: { offset: number }): JsonObject {
  const text = typeof choice["text"] === "string" ? choice["text"] : "";
  const converted = toTextLogprobs(choice["logprobs"], state.offset);
  if (converted !== undefined) state.offset = converted.offset;
  if (converted === undefined && choice["text"] === text) return choice;
  return { ...choice, text, ...(converted === undefined ? {} : { logprobs: converted.logprobs }) };
}

function isSame(before: JsonObject, after: JsonObject): boolean {
  const keys = Object.keys(after);
  return keys.length === Object.keys(before).length && keys.every((key) => before[key] === after[key]);
}

class TextShape implements MendStage {
  readonly #states = new PerChoice<{ offset: number }>();

  chunk(chunk: JsonObject): readonly JsonObject[] | undefined {
    return replaceChoices(chunk, (choice, index) => {
      const state = this.#states.of(index, () => ({ offset: 0 }));
      const shaped = shapeText(withKeys(choice, index), state);
      return isSame(choice, shaped) ? undefined : [shaped];
    });
  }
}

interface ChatState {
  hasRole: boolean;
  tools: ToolDeltas | undefined;
}

class ChatShape implements MendStage {
  readonly #states = new PerChoice<ChatState>();

  chunk(chunk: JsonObject): readonly JsonObject[] | undefined {
    return replaceChoices(chunk, (choice, index) => {
      const state = this.#states.of(index, createChatState);
      const before = isJsonObject(choice["delta"]) ? choice["delta"] : {};
      const wasFirst = !state.hasRole;
      const delta = shapeDelta(before, state, index, chunk["id"]);
      const filled = withKeys(choice, index);
      const shaped = delta === choice["delta"] ? filled : { ...filled, delta };
      if (isSame(choice, shaped)) return undefined;
      return !wasFirst && isEmptyChoice(shaped) ? [] : [shaped];
    });
  }
}

const createChatState = (): ChatState => ({ hasRole: false, tools: undefined });

function shapeDelta(delta: JsonObject, state: ChatState, choice: number, answerId: unknown): JsonObject {
  const calls = objectsIn(delta["tool_calls"]);
  if (calls.length > 0) state.tools ??= createToolDeltas(choice);
  const pieces = state.tools?.change(calls, answerId) ?? [];
  const isFirst = !state.hasRole;
  state.hasRole = true;
  const { role: _role, content, tool_calls: _calls, ...others } = delta;
  const hasContent = content !== null && content !== undefined;
  const shaped = {
    ...(isFirst ? { role: "assistant" } : {}),
    ...(hasContent ? { content } : isFirst ? { content: "" } : {}),
    ...others,
    ...(pieces.length > 0 ? { tool_calls: pieces } : {}),
  };
  return isSame(delta, shaped) || isSameCalls(delta, shaped) ? delta : shaped;
}

/** Whether nothing but the list itself is new, and what stands in it is as it came. */
function isSameCalls(delta: JsonObject, shaped: JsonObject): boolean {
  const [before, after] = [objectsIn(delta["tool_calls"]), objectsIn(shaped["tool_calls"])];
  return (
    before.length === after.length &&
    before.length > 0 &&
    isSame({ ...delta, tool_calls: null }, { ...shaped, tool_calls: null }) &&
    JSON.stringify(before) === JSON.stringify(after)
  );
}
