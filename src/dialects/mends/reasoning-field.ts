/** Where a model's reasoning stands in an answer: apart, inside the content, or nowhere. Knows no tools. */
import {
  chunkWithChoice,
  createPerChoice,
  isEmptyChoice,
  isFinalChoice,
  replaceChoices,
} from "../../protocol/openai/stream-choices.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, objectsIn } from "../../protocol/openai/parts.ts";
import {
  isSame,
  partsIn,
  partsOf,
  reasoningFields,
  toldReasoning,
  withParts,
  type ReasoningMode,
} from "../../protocol/openai/reasoning.ts";
import {
  createLeakRemover,
  createThinkSplitter,
  type LeakRemover,
  mayHoldMarker,
  type ThinkParts,
  type ThinkSplitter,
} from "../../protocol/think-markers.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, StreamMend } from "../mend.ts";

export const reasoningField: Mend = {
  id: "reasoning-field",
  title:
    "Reasoning, whether in `reasoning`, in `reasoning_content` or as `<think>` in the text, stands in one place: apart in `reasoning_content`, or as `model_options.NAME.reasoning` says.",
  source: "BT#894, BT#1602, any-llm#1167; vLLM PR#27752; Ollama's source",
  kinds: localKinds,
  endpoints: ["chat"],
  answer: (body, { options }) =>
    changeList(body, "choices", (choice) =>
      changeObject(choice, "message", (message) => {
        if (isPlainText(message)) return undefined;
        const changed = withParts(message, partsIn(options.reasoning, partsOf(message)));
        return isSame(message, changed) ? undefined : changed;
      }),
    ),
  stream: ({ options }) => createReasoningStream(options.reasoning),
};

/** Text without a marker in a message that tells no reasoning: most messages. */
function isPlainText(message: JsonObject): boolean {
  const { content } = message;
  if (typeof content !== "string" || mayHoldMarker(content)) return false;
  return reasoningFields.every((field) => !(field in message));
}

const nothing: ThinkParts = { reasoning: "", content: "" };

interface ChoiceState {
  readonly splitter: ThinkSplitter;
  readonly contentLeak: LeakRemover;
  readonly reasoningLeak: LeakRemover;
  /** The leaked marker ends reasoning: without any, content is not searched for it. */
  hasReasoning: boolean;
  /** In inline mode: a `<think>` has gone out whose end has not. */
  isInside: boolean;
}

function createReasoningStream(mode: ReasoningMode): StreamMend {
  const states = createPerChoice<ChoiceState>(() => ({
    splitter: createThinkSplitter(),
    contentLeak: createLeakRemover(),
    reasoningLeak: createLeakRemover(),
    hasReasoning: false,
    isInside: false,
  }));
  let envelope: JsonObject = {};

  return {
    passesText: () =>
      states.entries().every(([, { splitter, hasReasoning }]) => splitter.isDone() && !hasReasoning),
    chunk(chunk) {
      if (objectsIn(chunk["choices"]).length > 0) envelope = chunk;
      return replaceChoices(chunk, (choice, index) => changeChoice(choice, states.of(index), mode));
    },
    end: () =>
      states
        .entries()
        .flatMap(([index, state]) =>
          deltasOf(clean(state, nothing, true), state, mode, true).map((delta) =>
            chunkWithChoice(envelope, { index, delta, logprobs: null, finish_reason: null }),
          ),
        ),
  };
}

function changeChoice(
  choice: JsonObject,
  state: ChoiceState,
  mode: ReasoningMode,
): readonly JsonObject[] | undefined {
  const { delta } = choice;
  if (!isJsonObject(delta)) return undefined;
  const text = typeof delta["content"] === "string" ? delta["content"] : "";
  const found = text === "" ? nothing : state.splitter.push(text);
  const isFinal = isFinalChoice(choice);
  const parts = clean(state, { ...found, reasoning: toldReasoning(delta) + found.reasoning }, isFinal);
  const isSpeaking = parts.content !== "" || objectsIn(delta["tool_calls"]).length > 0 || isFinal;
  const texts = deltasOf(parts, state, mode, isSpeaking);
  const [only] = texts;
  if (
    texts.length === 1 &&
    only !== undefined &&
    isSame(delta, { ...delta, ...only }) &&
    !hasOther(delta, only)
  ) {
    return undefined;
  }
  const bare = withParts(delta, nothing);
  if (texts.length === 0 && isSame(delta, bare)) return undefined;
  return spread(choice, bare, texts);
}

/** Whether the delta has a reasoning field beside those that it is to have. */
function hasOther(delta: JsonObject, wanted: JsonObject): boolean {
  return [...reasoningFields, "content"].some((field) => field in delta && delta[field] !== wanted[field]);
}

/** One choice for each text: the role goes with the first, what else there was with the last, the finish behind all. */
function spread(choice: JsonObject, bare: JsonObject, texts: readonly JsonObject[]): readonly JsonObject[] {
  const { role, content: _empty, ...others } = bare;
  const roleOnly = role === undefined ? {} : { role };
  const isFinal = isFinalChoice(choice);
  const deltas = isFinal ? [...texts, {}] : texts.length === 0 ? [{}] : texts;
  const last = deltas.length - 1;
  const choices = deltas.map((text, place) => ({
    ...choice,
    delta: { ...(place === 0 ? roleOnly : {}), ...text, ...(place === last ? others : {}) },
    ...(place === last ? {} : { logprobs: null, finish_reason: null }),
  }));
  return choices.filter((one) => !isEmptyChoice(one));
}

/** Both texts without the leaked marker; with what was held back, at the end. */
function clean(state: ChoiceState, parts: ThinkParts, isEnd: boolean): ThinkParts {
  const rest = isEnd ? state.splitter.end() : nothing;
  const thought = parts.reasoning + rest.reasoning;
  const said = parts.content + rest.content;
  if (thought !== "") state.hasReasoning = true;
  const { reasoningLeak, contentLeak } = state;
  return {
    reasoning: reasoningLeak.push(thought) + (isEnd || said !== "" ? reasoningLeak.end() : ""),
    content: (state.hasReasoning ? contentLeak.push(said) : said) + (isEnd ? contentLeak.end() : ""),
  };
}

/** The deltas that tell these texts, reasoning first. */
function deltasOf(
  parts: ThinkParts,
  state: ChoiceState,
  mode: ReasoningMode,
  isSpeaking: boolean,
): JsonObject[] {
  const { reasoning, content } = parts;
  if (mode !== "inline") {
    const isTold = reasoning !== "" && mode === "separate";
    return [...(isTold ? [{ reasoning_content: reasoning }] : []), ...(content === "" ? [] : [{ content }])];
  }
  const opened = reasoning === "" ? "" : `${state.isInside ? "" : "<think>"}${reasoning}`;
  if (reasoning !== "") state.isInside = true;
  const closed = state.isInside && isSpeaking ? "</think>\n\n" : "";
  if (closed !== "") state.isInside = false;
  const text = opened + closed + content;
  return text === "" ? [] : [{ content: text }];
}
