/** Why an answer ended, in OpenAI's five words, once a choice. Knows no text. */
import {
  chunkWithChoice,
  createPerChoice,
  isEmptyChoice,
  replaceChoices,
} from "../../protocol/openai/stream-choices.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, functionName, objectsIn } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, StreamMend } from "../mend.ts";

export const finishReason: Mend = {
  id: "finish-reason",
  title:
    "`finish_reason` is one of OpenAI's five words, once a choice: other words are mapped, a missing one is filled.",
  source: "openai-dotnet#340, openai-dotnet#267, LocalAI#5102; BT#821",
  kinds: localKinds,
  endpoints: ["chat", "completions"],
  answer: (body) =>
    changeList(body, "choices", (choice) => {
      const message = isJsonObject(choice["message"]) ? choice["message"] : {};
      const calls = objectsIn(message["tool_calls"]);
      const hasCalls = calls.length > 0 && calls.every(isComplete);
      const reason = finalReason(choice["finish_reason"], hasCalls);
      return reason === choice["finish_reason"] ? undefined : { ...choice, finish_reason: reason };
    }),
  stream: createFinishStream,
};

const knownReasons: ReadonlySet<unknown> = new Set([
  "stop",
  "length",
  "tool_calls",
  "content_filter",
  "function_call",
]);

/** A stop with whole tool calls is told as such, since agents go by the word; a cut is never made good. */
function finalReason(reason: unknown, hasCalls: boolean): unknown {
  if (knownReasons.has(reason)) return reason === "stop" && hasCalls ? "tool_calls" : reason;
  const word = typeof reason === "string" ? reason : "";
  if (/stop/i.test(word)) return hasCalls ? "tool_calls" : "stop";
  if (/max|length|limit|truncat|incomplete/i.test(word)) return "length";
  if (/filter|safety|refus/i.test(word)) return "content_filter";
  return hasCalls || /tool/i.test(word) ? "tool_calls" : "stop";
}

function isComplete(call: JsonObject): boolean {
  const args = isJsonObject(call["function"]) ? call["function"]["arguments"] : undefined;
  return functionName(call) !== undefined && (typeof args === "string" ? isJson(args) : true);
}

function isJson(text: string): boolean {
  if (text.trim() === "") return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface ChoiceState {
  isFinished: boolean;
  /** The arguments so far, by the index of the call. */
  readonly calls: Map<unknown, string>;
}

function createFinishStream(): StreamMend {
  const states = createPerChoice<ChoiceState>(() => ({ isFinished: false, calls: new Map() }));
  let envelope: JsonObject = {};
  /** A usage chunk waits until every choice has its finish, which may be left to the end of the stream. */
  let heldUsage: readonly JsonObject[] = [];
  const isOpen = () => states.entries().some(([, { isFinished }]) => !isFinished);

  function change(choice: JsonObject, index: number): readonly JsonObject[] | undefined {
    const state = states.of(index);
    collectCalls(state, choice["delta"]);
    const { finish_reason: told } = choice;
    // Some servers send an empty word all along: it ends nothing, the end of the stream does.
    const isFinal = typeof told === "string" && told !== "" && !state.isFinished;
    const reason = isFinal ? finalReason(told, hasCalls(state)) : null;
    if (isFinal) state.isFinished = true;
    if (reason === told) return undefined;
    const changed = { ...choice, finish_reason: reason };
    return state.isFinished && !isFinal && isEmptyChoice(changed) ? [] : [changed];
  }

  return {
    chunk(chunk) {
      const choices = objectsIn(chunk["choices"]);
      if (choices.length === 0) {
        if (!isJsonObject(chunk["usage"]) || !isOpen()) return undefined;
        heldUsage = [...heldUsage, chunk];
        return [];
      }
      envelope = chunk;
      const changed = replaceChoices(chunk, change);
      if (heldUsage.length === 0 || isOpen()) return changed;
      const released = [...(changed ?? [chunk]), ...heldUsage];
      heldUsage = [];
      return released;
    },
    end() {
      const missing = states.entries().filter(([, { isFinished }]) => !isFinished);
      const finishes = missing.map(([index, state]) =>
        chunkWithChoice(envelope, finishOf(envelope, index, finalReason(null, hasCalls(state)))),
      );
      return [...finishes, ...heldUsage];
    },
  };
}

function finishOf(envelope: JsonObject, index: number, reason: unknown): JsonObject {
  const isText = objectsIn(envelope["choices"]).some((choice) => "text" in choice);
  return { index, ...(isText ? { text: "" } : { delta: {} }), logprobs: null, finish_reason: reason };
}

function collectCalls({ calls }: ChoiceState, delta: unknown): void {
  if (!isJsonObject(delta)) return;
  for (const call of objectsIn(delta["tool_calls"])) {
    const args = isJsonObject(call["function"]) ? call["function"]["arguments"] : undefined;
    const known = calls.get(call["index"]) ?? "";
    calls.set(call["index"], typeof args === "string" ? known + args : known);
  }
}

function hasCalls({ calls }: ChoiceState): boolean {
  return calls.size > 0 && [...calls.values()].every(isJson);
}
