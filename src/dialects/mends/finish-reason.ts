/** Why an answer ended, in OpenAI's five words, once a choice. Knows no text. */
import {
  chunkWithChoice,
  envelopeOf,
  isEmptyChoice,
  PerChoice,
  replaceChoices,
} from "../../protocol/openai/stream-choices.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, functionName, objectsIn } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendStage } from "../mend.ts";

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
  stream: () => new FinishStage(),
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

class ChoiceState {
  isFinished = false;
  /** The arguments so far, by the index of the call; undefined where there is no call, or no need to know any more. */
  calls: Map<unknown, string> | undefined;
}

const isOpen = ({ isFinished }: ChoiceState) => !isFinished;

class FinishStage implements MendStage {
  readonly #states = new PerChoice<ChoiceState>();
  #envelope: JsonObject = {};
  /** Whether the choices have texts, as those of completions, and no deltas. */
  #isText = false;
  /** A usage chunk waits until every choice has its finish, which may be left to the end of the stream. */
  #heldUsage: readonly JsonObject[] = noChunks;

  chunk(chunk: JsonObject): readonly JsonObject[] | undefined {
    const choices = objectsIn(chunk["choices"]);
    if (choices.length === 0) {
      if (!isJsonObject(chunk["usage"]) || !this.#states.some(isOpen)) return undefined;
      this.#heldUsage = [...this.#heldUsage, chunk];
      return [];
    }
    this.#envelope = envelopeOf(chunk, this.#envelope);
    this.#isText = choices.some((choice) => "text" in choice);
    const changed = replaceChoices(chunk, (choice, index) => this.#change(choice, index));
    if (this.#heldUsage.length === 0 || this.#states.some(isOpen)) return changed;
    const released = [...(changed ?? [chunk]), ...this.#heldUsage];
    this.#heldUsage = noChunks;
    return released;
  }

  end(): readonly JsonObject[] {
    const missing = this.#states.entries().filter(([, state]) => isOpen(state));
    const finishes = missing.map(([index, state]) =>
      chunkWithChoice(this.#envelope, finishOf(this.#isText, index, finalReason(null, hasCalls(state)))),
    );
    return [...finishes, ...this.#heldUsage];
  }

  #change(choice: JsonObject, index: number): readonly JsonObject[] | undefined {
    const state = this.#states.of(index, createState);
    if (!state.isFinished) collectCalls(state, choice["delta"]);
    const { finish_reason: told } = choice;
    // Some servers send an empty word all along: it ends nothing, the end of the stream does.
    const isFinal = typeof told === "string" && told !== "" && !state.isFinished;
    const reason = isFinal ? finalReason(told, hasCalls(state)) : null;
    if (isFinal) {
      state.isFinished = true;
      state.calls = undefined;
    }
    if (reason === told) return undefined;
    const changed = { ...choice, finish_reason: reason };
    return state.isFinished && !isFinal && isEmptyChoice(changed) ? [] : [changed];
  }
}

const noChunks: readonly JsonObject[] = [];

const createState = () => new ChoiceState();

function finishOf(isText: boolean, index: number, reason: unknown): JsonObject {
  return { index, ...(isText ? { text: "" } : { delta: {} }), logprobs: null, finish_reason: reason };
}

function collectCalls(state: ChoiceState, delta: unknown): void {
  if (!isJsonObject(delta)) return;
  for (const call of objectsIn(delta["tool_calls"])) {
    const args = isJsonObject(call["function"]) ? call["function"]["arguments"] : undefined;
    state.calls ??= new Map();
    const known = state.calls.get(call["index"]) ?? "";
    state.calls.set(call["index"], typeof args === "string" ? known + args : known);
  }
}

function hasCalls({ calls }: ChoiceState): boolean {
  return calls !== undefined && [...calls.values()].every(isJson);
}
